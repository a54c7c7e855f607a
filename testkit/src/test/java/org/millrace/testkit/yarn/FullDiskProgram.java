package org.millrace.testkit.yarn;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;

/** A program whose batches need more memory than it has, on a disk that is full at first. */
public final class FullDiskProgram {
  static final int BATCHES = 3;
  static final int KEYS = 30_000;
  private static final int VALUE_CHARS = 5_000;

  private FullDiskProgram() {}

  /** Reads a byte when the disk is to be freed; prints a line a batch. */
  public static void main(String[] args) throws Exception {
    Path filler = Path.of(System.getProperty("java.io.tmpdir"), "filler");
    byte[] chunk = new byte[1 << 16];
    try (var out = Files.newOutputStream(filler)) {
      while (filler.getParent().toFile().getUsableSpace() > chunk.length) {
        out.write(chunk);
      }
    }
    StreamingContext context =
        new StreamingContext(
            new StreamingConf().setMaster("local[2]").setAppName("full disk"),
            Durations.milliseconds(200));
    Queue<RDD<Integer>> queue = new ArrayDeque<>();
    for (int batch = 0; batch < BATCHES; batch++) {
      queue.add(context.sparkContext().parallelize(IntStream.range(0, KEYS).boxed().toList(), 2));
    }
    CountDownLatch done = new CountDownLatch(BATCHES);
    context
        .queueStream(queue)
        .mapToPair(n -> new Tuple2<>(n, Integer.toString(n).repeat(VALUE_CHARS / 5)))
        .groupByKey(4)
        .foreachRDD(
            rdd -> {
              List<Long> sizes =
                  rdd.mapPartitions(
                          pairs -> {
                            long count = 0;
                            while (pairs.hasNext()) {
                              pairs.next();
                              count++;
                            }
                            return List.of(count).iterator();
                          })
                      .collect();
              System.out.println("batch " + sizes.stream().mapToLong(Long::longValue).sum());
              done.countDown();
            });
    context.start();
    System.in.read();
    Files.delete(filler);
    done.await();
    context.stop(true, true);
  }
}
