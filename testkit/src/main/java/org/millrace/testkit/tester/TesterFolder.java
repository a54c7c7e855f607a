package org.millrace.testkit.tester;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A temporary folder of a tester. */
final class TesterFolder {
  private final Path path;

  TesterFolder() {
    try {
      path = Files.createTempDirectory("millrace-tester-");
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "cannot create a folder in " + System.getProperty("java.io.tmpdir"), failure);
    }
  }

  Path path() {
    return path;
  }

  /** With all that is in it. */
  void delete() {
    try (Stream<Path> inside = Files.walk(path)) {
      for (Path entry : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot delete " + path, failure);
    }
  }
}
