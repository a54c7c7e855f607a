package org.millrace.testkit.lab;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for unexpected errors in the logs of all processes of a lab: Hadoop's and those in YARN's
 * containers. Not thread-safe.
 */
final class LabLogs {
  private static final String CONTAINERS = "containers";
  private static final long MOST_BYTES = 256L << 20;
  private static final Pattern OF_HADOOP = Pattern.compile("[a-z]+\\d*\\.(log|out)(\\.\\d+)?");
  private static final Pattern OF_CONTAINER = Pattern.compile("stdout|stderr|\\w+\\.log(\\.\\d+)?");

  private final Path folder;
  private final Map<Path, Seen> seen = new HashMap<>();
  private List<Pattern> expectedBefore = List.of();
  private List<Pattern> expected = new ArrayList<>();

  private record Seen(long bytes, int lines) {}

  LabLogs(Path folder) {
    this.folder = folder;
  }

  /** A test provokes an error whose text this pattern finds. */
  void expect(String pattern) {
    expected.add(Pattern.compile(pattern, Pattern.DOTALL));
  }

  /**
   * Expectations end with the next call of this one: a process may notice late what the test before
   * did to another.
   */
  void ageExpectations() {
    expectedBefore = expected;
    expected = new ArrayList<>();
  }

  /** The errors that were written since the last look and that nobody expects. */
  List<LoggedError> unexpected() {
    List<LoggedError> errors = new ArrayList<>();
    try {
      for (Path file : files()) {
        int linesBefore = seen.getOrDefault(file, new Seen(0, 0)).lines();
        for (LoggedError error : LogScanner.scan(process(file), file, newText(file), linesBefore)) {
          if (!UsualErrors.contains(error) && !isExpected(error)) {
            errors.add(error);
          }
        }
      }
    } catch (IOException e) {
      throw new LabException("cannot read the logs in " + folder + ": " + e.getMessage(), e);
    }
    return errors;
  }

  private boolean isExpected(LoggedError error) {
    return Stream.concat(expectedBefore.stream(), expected.stream())
        .anyMatch(pattern -> pattern.matcher(error.text()).find());
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>(matching(folder, 1, OF_HADOOP));
    if (Files.isDirectory(folder.resolve(CONTAINERS))) {
      files.addAll(matching(folder.resolve(CONTAINERS), 4, OF_CONTAINER));
    }
    return files;
  }

  /** YARN removes the logs of containers while we look. */
  private static List<Path> matching(Path folder, int depth, Pattern name) throws IOException {
    List<Path> files = new ArrayList<>();
    List<Path> entries;
    try (Stream<Path> list = Files.list(folder)) {
      entries = list.sorted().toList();
    } catch (NoSuchFileException gone) {
      return files;
    }
    for (Path entry : entries) {
      if (Files.isDirectory(entry) && depth > 1) {
        files.addAll(matching(entry, depth - 1, name));
      } else if (Files.isRegularFile(entry)
          && name.matcher(entry.getFileName().toString()).matches()) {
        files.add(entry);
      }
    }
    return files;
  }

  private String process(Path file) {
    Path relative = folder.relativize(file);
    if (relative.getNameCount() > 2) {
      return relative.getName(relative.getNameCount() - 2).toString();
    }
    String name = relative.getFileName().toString();
    return name.substring(0, name.indexOf('.'));
  }

  /** Whole lines only: the rest comes with the next look. */
  private String newText(Path file) throws IOException {
    Seen before = seen.getOrDefault(file, new Seen(0, 0));
    byte[] bytes;
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
      if (content.length() < before.bytes()) {
        // Rolled: what was there has another name now.
        before = new Seen(0, 0);
      }
      bytes = new byte[(int) Math.min(MOST_BYTES, content.length() - before.bytes())];
      content.seek(before.bytes());
      content.readFully(bytes);
    } catch (FileNotFoundException gone) {
      return "";
    }
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    String text = new String(bytes, 0, end, StandardCharsets.UTF_8);
    int lines = (int) text.chars().filter(letter -> letter == '\n').count();
    seen.put(file, new Seen(before.bytes() + end, before.lines() + lines));
    return text;
  }
}
