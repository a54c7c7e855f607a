package org.millrace.am.submit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The jars that driver and executors run with, in class path order. Immutable.
 *
 * @param files the jars; their names are different from each other
 */
public record FrameworkJars(List<Path> files) {
  private static final String LAYOUT = "1";
  private static final int NAME_DIGITS = 32;
  private static final int BUFFER_BYTES = 1 << 16;

  public FrameworkJars {
    files = List.copyOf(files);
  }

  /** All jars of a directory in the order of their names. */
  public static FrameworkJars in(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> jars = entries.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
      if (!jars.isEmpty()) {
        return new FrameworkJars(jars);
      }
    } catch (IOException e) {
      throw noFramework(directory, e);
    }
    throw noFramework(directory, null);
  }

  /** The names of the jars in class path order. */
  public List<String> names() {
    return files.stream().map(file -> file.getFileName().toString()).toList();
  }

  /**
   * A name for these jars in this order together with a build of the Java runtime: equal only if
   * the content of all jars is.
   */
  public String contentHash(String javaBuild) {
    MessageDigest digest = digest();
    update(digest, LAYOUT);
    update(digest, javaBuild);
    byte[] buffer = new byte[BUFFER_BYTES];
    for (Path file : files) {
      update(digest, file.getFileName().toString());
      MessageDigest content = digest();
      try (InputStream in = Files.newInputStream(file)) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          content.update(buffer, 0, read);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("The framework's jar " + file + " cannot be read", e);
      }
      digest.update(content.digest());
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, NAME_DIGITS);
  }

  /** A cheap name for the same: from paths, sizes and modification times only. */
  String fingerprint(String javaBuild) {
    MessageDigest digest = digest();
    update(digest, LAYOUT);
    update(digest, javaBuild);
    for (Path file : files) {
      try {
        update(digest, file.toAbsolutePath().toString());
        update(digest, Long.toString(Files.size(file)));
        update(digest, Files.getLastModifiedTime(file).toString());
      } catch (IOException e) {
        throw new UncheckedIOException("The framework's jar " + file + " cannot be read", e);
      }
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, NAME_DIGITS);
  }

  /**
   * The build of the Java runtime of this process, as far as a class data archive depends on it.
   */
  static String thisJavaBuild() {
    return String.join(
        " ",
        System.getProperty("java.vm.name"),
        System.getProperty("java.vm.version"),
        System.getProperty("java.vm.vendor"),
        System.getProperty("os.arch"));
  }

  private static void update(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((byte) (bytes.length >>> Byte.SIZE));
    digest.update((byte) bytes.length);
    digest.update(bytes);
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private static MillraceException noFramework(Path directory, Exception cause) {
    return new MillraceException(
        ErrorCode.NO_SUCH_JAR,
        "The framework's jars are not in "
            + directory
            + "; set MILLRACE_HOME to where Millrace is installed",
        cause);
  }
}
