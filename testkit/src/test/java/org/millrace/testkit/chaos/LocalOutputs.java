package org.millrace.testkit.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The outputs in a directory of this machine, up to a batch. */
record LocalOutputs(Path directory, long lastMs) implements Outputs {
  private static final String BATCH = "batch-";

  LocalOutputs(Path directory) {
    this(directory, Long.MAX_VALUE);
  }

  /** These without those of later batches. */
  LocalOutputs until(long timeMs) {
    return new LocalOutputs(directory, timeMs);
  }

  @Override
  public SortedSet<Long> times(String output) throws IOException {
    Path batches = directory.resolve(output);
    if (!Files.isDirectory(batches)) {
      return new TreeSet<>();
    }
    SortedSet<Long> times = new TreeSet<>();
    for (Path each : entries(batches, BATCH)) {
      long timeMs = Long.parseLong(each.getFileName().toString().substring(BATCH.length()));
      if (timeMs <= lastMs) {
        times.add(timeMs);
      }
    }
    return times;
  }

  @Override
  public List<String> lines(String output, long timeMs) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path part : entries(directory.resolve(output).resolve(BATCH + timeMs), "part-")) {
      lines.addAll(Files.readAllLines(part));
    }
    return lines;
  }

  private static List<Path> entries(Path directory, String prefix) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(each -> each.getFileName().toString().startsWith(prefix)).sorted().toList();
    }
  }
}
