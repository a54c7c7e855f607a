package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Puts a file with numbered lines into a directory five times a second, until it is stopped. */
final class NumberedFiles implements AutoCloseable {
  private static final int LINES = 40;

  private final FileSystem hdfs;
  private final Path directory;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Future<?> feeding;
  private int files;

  NumberedFiles(FileSystem hdfs, Path directory) {
    this.hdfs = hdfs;
    this.directory = directory;
    this.feeding = clock.scheduleWithFixedDelay(this::put, 0, 200, TimeUnit.MILLISECONDS);
  }

  private void put() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      text.append(files * LINES + i).append('\n');
    }
    try {
      Path hidden = new Path(directory, "_" + files);
      try (OutputStream out = hdfs.create(hidden)) {
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
      }
      if (!hdfs.rename(hidden, new Path(directory, "file-" + files))) {
        throw new IOException("file " + files + " cannot be renamed");
      }
      files++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends, and returns how many lines there are, numbered from 0. */
  int stop() throws Exception {
    clock.shutdown();
    assertThat(clock.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    if (!feeding.isCancelled()) {
      feeding.get(1, TimeUnit.SECONDS);
    }
    return files * LINES;
  }

  /** How often each line is in the outputs. */
  static Map<Integer, Integer> counted(FileSystem hdfs, Path outputs) throws IOException {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (FileStatus batch : batches(hdfs, outputs)) {
      for (FileStatus part : hdfs.listStatus(batch.getPath())) {
        try (var input = hdfs.open(part.getPath())) {
          String text = new String(input.readAllBytes(), StandardCharsets.UTF_8);
          for (String pair : text.lines().toList()) {
            String[] fields = pair.substring(1, pair.length() - 1).split(",", -1);
            counts.merge(Integer.valueOf(fields[0]), Integer.parseInt(fields[1]), Integer::sum);
          }
        }
      }
    }
    return counts;
  }

  /** The longest time between two batches that were published one after the other. */
  static long longestGapMs(FileSystem hdfs, Path outputs, long sinceMs) throws IOException {
    List<Long> published = new ArrayList<>();
    for (FileStatus batch : batches(hdfs, outputs)) {
      published.add(
          hdfs.getFileStatus(new Path(batch.getPath(), "_SUCCESS")).getModificationTime());
    }
    published.removeIf(atMs -> atMs < sinceMs);
    published.sort(null);
    long longestMs = 0;
    for (int i = 1; i < published.size(); i++) {
      longestMs = Math.max(longestMs, published.get(i) - published.get(i - 1));
    }
    return longestMs;
  }

  private static List<FileStatus> batches(FileSystem hdfs, Path outputs) throws IOException {
    List<FileStatus> batches = new ArrayList<>();
    for (FileStatus each : hdfs.listStatus(outputs)) {
      if (!each.getPath().getName().startsWith(".")) {
        batches.add(each);
      }
    }
    return batches;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
