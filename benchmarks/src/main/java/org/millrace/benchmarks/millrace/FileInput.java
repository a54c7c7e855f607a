package org.millrace.benchmarks.millrace;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RecordReader;

/**
 * A queue of datasets for built-in operators, which want text in bytes: text files that were
 * written before, in the page cache. File k has the first 2^k records of the pool; a batch is a sum
 * of them, so that a batch of any thousands of records is a few files. Reading them is part of the
 * job.
 */
final class FileInput extends AbstractQueue<RDD<String>> {
  private static final int SMALLEST = 10;
  private static final int MOST_LARGE_FILES = 16;

  private final BatchContext context;
  private final Path directory;
  private final RecordPool pool;
  private final int largest;
  private final int partitions;
  private final GeneratedInput.Pace pace;
  private final BatchLog log;

  private FileInput(
      BatchContext context,
      Path directory,
      RecordPool pool,
      int partitions,
      GeneratedInput.Pace pace,
      BatchLog log) {
    this.context = context;
    this.directory = directory;
    this.pool = pool;
    this.largest = 31 - Integer.numberOfLeadingZeros(pool.size());
    this.partitions = partitions;
    this.pace = pace;
    this.log = log;
  }

  /** Lines of files in a directory, which are written now; each batch is noted in the log. */
  static DStream<String> stream(
      StreamingContext context,
      Path directory,
      RecordPool pool,
      int partitions,
      GeneratedInput.Pace pace,
      BatchLog log)
      throws IOException {
    FileInput input = new FileInput(context.batchContext(), directory, pool, partitions, pace, log);
    input.writeFiles();
    return context.queueStream(input);
  }

  /** A dataset of the first records. */
  static RDD<String> first(BatchContext context, Path directory, RecordPool pool, int records)
      throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve("first-" + records);
    write(file, pool.reader(0, records));
    return context.textFile(file.toUri().toString(), 1);
  }

  private void writeFiles() throws IOException {
    Files.createDirectories(directory);
    for (int power = SMALLEST; power <= largest; power++) {
      write(file(power, 0), pool.reader(0, 1L << power));
    }
    for (int i = 1; i < MOST_LARGE_FILES; i++) {
      Files.createLink(file(largest, i), file(largest, 0));
    }
  }

  private static void write(Path file, RecordReader records) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      while (records.advance()) {
        out.write(records.bytes(), records.offset(), records.length());
        out.write('\n');
      }
    }
  }

  private Path file(int power, int copy) {
    return directory.resolve("records-" + power + "-" + copy);
  }

  @Override
  public RDD<String> poll() {
    long asked = pace.nextBatch();
    if (asked == 0) {
      log.cut(0, 0, 0);
      return null;
    }
    long wanted = Math.max(asked, 1L << SMALLEST);
    List<String> names = new ArrayList<>();
    long records = 0;
    long weight = 0;
    for (int power = largest; power >= SMALLEST; power--) {
      long copies = power < largest ? 1 : MOST_LARGE_FILES;
      for (int copy = 0; copy < copies && wanted - records >= 1L << power; copy++) {
        names.add(file(power, copy).getFileName().toString());
        records += 1L << power;
        weight += pool.weight(0, 1L << power);
      }
    }
    log.cut(0, records, weight);
    String glob = directory.toUri() + "{" + String.join(",", names) + "}";
    return context.textFile(glob, partitions);
  }

  @Override
  public RDD<String> peek() {
    throw new UnsupportedOperationException("batches are made when they are due");
  }

  @Override
  public boolean offer(RDD<String> dataset) {
    throw new UnsupportedOperationException("batches are made here");
  }

  @Override
  public Iterator<RDD<String>> iterator() {
    return Collections.emptyIterator();
  }

  @Override
  public int size() {
    return 0;
  }
}
