package org.millrace.am.submit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.millrace.am.yarn.ContainerLayout;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The framework as one archive: its jars and the class data archive of a training run over them,
 * made once on this machine and kept in a cache directory. Thread-safe.
 *
 * <p>The Java runtime takes a class data archive only for the jars it was dumped with: same order,
 * same relative names, sizes and modification times. So the training run happens in a directory
 * that looks like a container, over copies whose times the archive keeps.
 */
final class FrameworkArchive {
  private static final String TRAINING_CLASS = "org.millrace.am.submit.adapter.TrainingMain";
  private static final FileTime JAR_TIME = FileTime.fromMillis(1_767_225_600_000L);
  private static final long TRAINING_SECONDS = 300;

  private final FrameworkJars jars;
  private final Path cache;

  FrameworkArchive(FrameworkJars jars, Path cache) {
    this.jars = Objects.requireNonNull(jars, "jars");
    this.cache = Objects.requireNonNull(cache, "cache");
  }

  /** The name of the archive: what is inside and for which Java runtime, never anything else. */
  String name() {
    String javaBuild = FrameworkJars.thisJavaBuild();
    Path known = cache.resolve("names").resolve(jars.fingerprint(javaBuild));
    try {
      if (Files.exists(known)) {
        return Files.readString(known);
      }
      String name = "millrace-" + jars.contentHash(javaBuild) + ".tar.gz";
      Files.createDirectories(known.getParent());
      writeAtOnce(known, name.getBytes(StandardCharsets.UTF_8));
      return name;
    } catch (IOException e) {
      throw cacheFailed(e);
    }
  }

  /** The archive as a local file, made now if it was not before. */
  Path file(ProgressLines progress) {
    Path file = cache.resolve(name());
    if (Files.exists(file)) {
      return file;
    }
    try {
      Files.createDirectories(cache);
      Path work = Files.createTempDirectory(cache, "work-");
      try {
        progress.say("making the framework archive, once on this machine ...");
        make(work, file);
      } finally {
        deleteTree(work);
      }
      return file;
    } catch (IOException e) {
      throw cacheFailed(e);
    }
  }

  private void make(Path work, Path file) throws IOException {
    Path layout = Files.createDirectory(work.resolve(ContainerLayout.FRAMEWORK));
    List<Path> content = new ArrayList<>();
    for (Path jar : jars.files()) {
      Path copy = Files.copy(jar, layout.resolve(jar.getFileName().toString()));
      Files.setLastModifiedTime(copy, JAR_TIME);
      content.add(copy);
    }
    train(work);
    content.add(layout.resolve(ContainerLayout.CLASS_DATA));
    Path unfinished = work.resolve("archive");
    try (OutputStream out = Files.newOutputStream(unfinished);
        TarGzip tar = new TarGzip(out)) {
      for (Path entry : content) {
        tar.add(entry, entry.getFileName().toString());
      }
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private void train(Path work) throws IOException {
    String classPath = ContainerLayout.classPath(jars.names());
    Path log = work.resolve("training.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ArchiveClassesAtExit="
                    + ContainerLayout.FRAMEWORK
                    + "/"
                    + ContainerLayout.CLASS_DATA,
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Dlog4j.configuration=org/millrace/conf/log4j-driver.properties",
                "-Dorg.millrace.log.dir=.",
                "-cp",
                classPath.substring(0, classPath.lastIndexOf(':')),
                TRAINING_CLASS)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (process.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS)
          && process.exitValue() == 0
          && Files.exists(
              work.resolve(ContainerLayout.FRAMEWORK).resolve(ContainerLayout.CLASS_DATA))) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
    throw new MillraceException(
        ErrorCode.INTERNAL,
        "The training run of the framework failed; its output: " + Files.readString(log));
  }

  private void writeAtOnce(Path file, byte[] bytes) throws IOException {
    Path unfinished = Files.createTempFile(cache, "name-", "");
    Files.write(unfinished, bytes);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> entries = Files.walk(directory)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }

  private MillraceException cacheFailed(IOException cause) {
    return new MillraceException(
        ErrorCode.STORAGE_FAILED,
        "The local cache " + cache + " cannot be used; it must be writable and on a disk with room",
        cause);
  }
}
