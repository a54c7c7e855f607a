package org.millrace.testkit.lab;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The classes of Hadoop's servers, parsed and verified once and mapped by every process after:
 * starting a lab is nothing but loading classes. The JVM takes an archive only when it fits; its
 * name holds the JVM and the jars, so a change of either makes another one.
 *
 * <p>The first start writes down which classes each kind of process loads, and when the lab is up a
 * program of low priority makes the archive of them. If it is ended before, the next start tries
 * again; if it fails, its mark in the cache says so and nobody tries again.
 */
final class ClassDataArchive {
  private static final Pattern NUMBER = Pattern.compile(" id: \\d+$");

  /** In the environment of the program that makes an archive; the value is its path. */
  private static final String ARCHIVE_VARIABLE = "MILLRACE_LAB_ARCHIVE";

  private static final int KEPT = 3;
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final LabFolder folder;
  private final ServerClasspath classpath;
  private final Path archive;

  ClassDataArchive(LabFolder folder, ServerClasspath classpath, Path cache) throws IOException {
    this.folder = folder;
    this.classpath = classpath;
    this.archive = cache.resolve("lab-" + key(classpath) + ".jsa");
  }

  /** {@code ~/.millrace/cache}; archives outlive labs. */
  static Path defaultCache() {
    return Path.of(System.getProperty("user.home"), ".millrace", "cache");
  }

  boolean exists() {
    return Files.isRegularFile(archive);
  }

  /** Options for a process that is to start: use the archive, or help to make it. */
  List<String> options(ProcessName name) {
    if (exists()) {
      return List.of("-XX:SharedArchiveFile=" + archive);
    }
    return name.number() == 1 && !Files.exists(failed())
        ? List.of("-XX:DumpLoadedClassList=" + classList(name))
        : List.of();
  }

  /**
   * Starts to make the archive if it is missing, nobody is making it and all kinds of processes
   * have told their classes. The program carries the lab's mark, so that taking the lab down ends
   * it.
   */
  void makeInBackground() throws IOException {
    List<Path> lists =
        Stream.of(Role.values()).map(role -> classList(new ProcessName(role, 1))).toList();
    if (exists()
        || Files.exists(failed())
        || !lists.stream().allMatch(Files::exists)
        || !OsProcess.withEnvironment(Map.of(ARCHIVE_VARIABLE, archive.toString())).isEmpty()) {
      return;
    }
    Files.createDirectories(archive.getParent());
    cleanCache();
    Path merged = Files.write(folder.temporary().resolve("classes.list"), merge(lists));
    Path unfinished = sibling("." + ProcessHandle.current().pid() + ".tmp");
    ProcessBuilder builder =
        new ProcessBuilder(
            "sh",
            "-c",
            "if \"$@\"; then mv -f \"$UNFINISHED\" \"$"
                + ARCHIVE_VARIABLE
                + "\"; else touch \"$FAILED\"; fi",
            "sh",
            "nice",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:dump",
            "-XX:+UseSerialGC",
            "-Xlog:disable",
            "-XX:SharedClassListFile=" + merged,
            "-XX:SharedArchiveFile=" + unfinished);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    environment.put("CLASSPATH", classpath.text());
    environment.put(ARCHIVE_VARIABLE, archive.toString());
    environment.put("UNFINISHED", unfinished.toString());
    environment.put("FAILED", failed().toString());
    environment.put(DaemonLauncher.OWNER_VARIABLE, folder.home().toString());
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.logs().resolve("class-data.out").toFile());
    builder.start();
  }

  private Path failed() {
    return sibling(".failed");
  }

  private Path sibling(String suffix) {
    return archive.resolveSibling(archive.getFileName() + suffix);
  }

  private Path classList(ProcessName name) {
    return folder.temporary().resolve(name.role().prefix() + ".classes");
  }

  /**
   * One list of all. The numbers that newer JVMs give to classes differ between the lists; only
   * classes of special loaders need them, and those stay out. The last line of a list may be cut,
   * because the processes go on writing.
   */
  private static Set<String> merge(List<Path> lists) throws IOException {
    Set<String> all = new LinkedHashSet<>();
    for (Path list : lists) {
      String text = Files.readString(list);
      text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .filter(line -> !line.startsWith("#") && !line.contains(" source: "))
          .map(line -> NUMBER.matcher(line).replaceFirst(""))
          .forEach(all::add);
    }
    return all;
  }

  /** Removes what an ended program left, and archives that have been replaced several times. */
  private void cleanCache() throws IOException {
    List<Path> ours;
    try (Stream<Path> entries = Files.list(archive.getParent())) {
      ours = entries.filter(path -> path.getFileName().toString().startsWith("lab-")).toList();
    }
    List<Path> archives = new ArrayList<>();
    for (Path path : ours) {
      String name = path.getFileName().toString();
      if (name.endsWith(".jsa")) {
        archives.add(path);
      } else if (name.endsWith(".tmp")
          && modified(path).toInstant().isBefore(Instant.now().minus(ABANDONED))) {
        Files.deleteIfExists(path);
      }
    }
    archives.sort(Comparator.comparing(ClassDataArchive::modified).reversed());
    for (Path old : archives.subList(Math.min(KEPT - 1, archives.size()), archives.size())) {
      Files.deleteIfExists(old);
    }
  }

  private static FileTime modified(Path path) {
    try {
      return Files.getLastModifiedTime(path);
    } catch (IOException vanished) {
      return FileTime.fromMillis(0);
    }
  }

  private static String key(ServerClasspath classpath) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String property :
        List.of("java.vm.name", "java.vm.version", "java.vm.vendor", "os.arch")) {
      text.append(System.getProperty(property)).append('\n');
    }
    for (Path jar : classpath.jars()) {
      text.append(jar)
          .append(' ')
          .append(Files.size(jar))
          .append(' ')
          .append(modified(jar))
          .append('\n');
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new LabException("this JVM has no SHA-256", e);
    }
  }
}
