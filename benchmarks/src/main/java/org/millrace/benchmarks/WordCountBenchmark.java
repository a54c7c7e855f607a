package org.millrace.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;

/**
 * Two questions, each answered in one run: what does word count with String functions cost against
 * the hand-written loop, and what does an empty batch with a shuffle cost.
 *
 * <p>Input: lines of 12 words, Zipf(1) over 100,000 words, from a fixed seed, in a text file that
 * Millrace reads; the loop reads the same lines as fresh Strings from memory, so it does not pay
 * for the file. Rounds alternate; every result is compared with the loop's. CPU is that of the
 * whole process. Run it alone on the machine, with {@code -XX:+UseParallelGC -Xms2g -Xmx2g
 * -XX:+AlwaysPreTouch}.
 */
public final class WordCountBenchmark {
  private static final Pattern SPACE = Pattern.compile(" ");
  private static final int WORDS = 100_000;
  private static final int WORDS_IN_A_LINE = 12;

  private WordCountBenchmark() {}

  /** Arguments: lines (default 400000), rounds (7), empty batches (500). */
  public static void main(String[] args) throws Exception {
    int lines = args.length > 0 ? Integer.parseInt(args[0]) : 400_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
    int batches = args.length > 2 ? Integer.parseInt(args[2]) : 500;
    wordCount(lines, rounds);
    emptyBatch(batches);
  }

  private static void wordCount(int lineCount, int rounds) throws IOException {
    List<byte[]> lines = lines(lineCount);
    Path file = Files.createTempFile("millrace-bench-", ".txt");
    try (var out = Files.newOutputStream(file)) {
      for (byte[] line : lines) {
        out.write(line);
        out.write('\n');
      }
    }
    Map<String, Integer> expected = loop(lines);
    List<Double> loop = new ArrayList<>();
    List<Double> millrace = new ArrayList<>();
    try (BatchContext context = new BatchContext(conf("local[1]"))) {
      for (int round = -3; round < rounds; round++) {
        long start = cpuNanos();
        check(expected, loop(lines));
        long between = cpuNanos();
        check(expected, millrace(context, file.toString()));
        long end = cpuNanos();
        if (round >= 0) {
          loop.add(lineCount * 1e9 / (between - start));
          millrace.add(lineCount * 1e9 / (end - between));
        }
      }
    } finally {
      Files.delete(file);
    }
    System.out.printf("word-count loop      %,12.0f lines per CPU second%n", median(loop));
    System.out.printf(
        "word-count millrace  %,12.0f lines per CPU second, local[1]%n", median(millrace));
    System.out.printf("RATIO word-count loop %.2f%n", median(millrace) / median(loop));
  }

  private static Map<String, Integer> loop(List<byte[]> lines) {
    Map<String, Integer> counts = new HashMap<>();
    for (byte[] bytes : lines) {
      String line = new String(bytes, StandardCharsets.UTF_8);
      for (String word : SPACE.split(line)) {
        counts.merge(word, 1, Integer::sum);
      }
    }
    return counts;
  }

  private static Map<String, Integer> millrace(BatchContext context, String file) {
    Map<String, Integer> counts = new HashMap<>();
    context
        .textFile("file:" + file)
        .flatMap(line -> Arrays.asList(SPACE.split(line)).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1))
        .reduceByKey(Integer::sum)
        .collect()
        .forEach(count -> counts.put(count._1(), count._2()));
    return counts;
  }

  private static void check(Map<String, Integer> expected, Map<String, Integer> counts) {
    if (!expected.equals(counts)) {
      throw new IllegalStateException("wrong counts");
    }
  }

  /**
   * From a batch's cut to the end of its output, and CPU of the process, at 100 batches a second.
   */
  private static void emptyBatch(int batches) throws Exception {
    List<Double> millis = new ArrayList<>();
    CountDownLatch enough = new CountDownLatch(batches);
    long[] cpu = new long[2];
    try (StreamingContext context =
        new StreamingContext(conf("local[2]"), Durations.milliseconds(10))) {
      Queue<RDD<String>> nothing = new LinkedList<>();
      context
          .queueStream(nothing)
          .mapToPair(word -> new Tuple2<>(word, 1))
          .reduceByKey(Integer::sum, 2)
          .foreachRDD(
              (rdd, time) -> {
                long start = System.nanoTime();
                rdd.count();
                if (enough.getCount() == batches / 2) {
                  cpu[0] = cpuNanos();
                }
                if (enough.getCount() <= batches / 2) {
                  millis.add((System.nanoTime() - start) / 1e6);
                }
                enough.countDown();
              });
      context.start();
      if (!enough.await(10L * batches + 60_000, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("batches did not come");
      }
      cpu[1] = cpuNanos();
      context.stop(true, false);
    }
    millis.sort(null);
    System.out.printf(
        "empty-batch job with a shuffle, local[2]: p50 %.3f ms, p99 %.3f ms, CPU %.2f ms a batch (%d batches)%n",
        millis.get(millis.size() / 2),
        millis.get(millis.size() * 99 / 100),
        (cpu[1] - cpu[0]) / 1e6 / (batches / 2.0),
        millis.size());
  }

  private static StreamingConf conf(String master) {
    return new StreamingConf().setMaster(master).setAppName("benchmark");
  }

  private static List<byte[]> lines(int count) {
    double[] sums = new double[WORDS];
    double sum = 0;
    for (int i = 0; i < WORDS; i++) {
      sum += 1.0 / (i + 1);
      sums[i] = sum;
    }
    Random random = new Random(42);
    List<byte[]> lines = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      StringBuilder line = new StringBuilder();
      for (int w = 0; w < WORDS_IN_A_LINE; w++) {
        int at = Arrays.binarySearch(sums, random.nextDouble() * sum);
        line.append(w == 0 ? "" : " ").append("word").append(at < 0 ? -at - 1 : at);
      }
      lines.add(line.toString().getBytes(StandardCharsets.UTF_8));
    }
    return lines;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    sorted.sort(null);
    return sorted.get(sorted.size() / 2);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
