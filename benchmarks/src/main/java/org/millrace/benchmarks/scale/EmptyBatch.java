package org.millrace.benchmarks.scale;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.driver.adapter.DriverThreads;
import org.millrace.api.BatchContext;
import org.millrace.api.Optional;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;

/**
 * What a batch without records costs: in {@code local[2]}, and over two executors that speak over
 * TCP, all in one JVM. Time is from the begin of the output to its end; CPU is that of all threads
 * of the program but for the collector and the compiler, by the thread it was spent on.
 */
public final class EmptyBatch {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private EmptyBatch() {}

  /**
   * Arguments: {@code [--master local[2]|two] [--program count|state|both] [--interval MS]
   * [--batches N] [--warm-up N] [--threads] [--conf KEY=VALUE]}.
   */
  public static void main(String[] args) throws Exception {
    String master = "local[2]";
    String program = "count";
    int interval = 10;
    int batches = 2_000;
    int warmUp = 3_000;
    boolean threads = false;
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--master" -> master = args[++i];
        case "--program" -> program = args[++i];
        case "--interval" -> interval = Integer.parseInt(args[++i]);
        case "--batches" -> batches = Integer.parseInt(args[++i]);
        case "--warm-up" -> warmUp = Integer.parseInt(args[++i]);
        case "--threads" -> threads = true;
        case "--conf" -> {
          String[] pair = args[++i].split("=", 2);
          given.put(pair[0], pair[1]);
        }
        default -> throw new IllegalArgumentException("unknown argument " + args[i]);
      }
    }
    StreamingConf conf = new StreamingConf().setMaster(master).setAppName("empty-batch");
    given.forEach(conf::set);
    if (master.equals("two")) {
      overTwoExecutors(conf, given, new Run(program, interval, warmUp, batches, threads));
    } else {
      new Run(program, interval, warmUp, batches, threads)
          .measure(new StreamingContext(conf, new Duration(interval)), master);
    }
  }

  private static void overTwoExecutors(StreamingConf conf, Map<String, String> given, Run run)
      throws Exception {
    Path folder = Files.createTempDirectory("millrace-empty-batch");
    Credential credential = Credential.of(new byte[32]);
    DriverThreads threads = new DriverThreads((where, fault) -> fault.printStackTrace());
    DurableFilesRouter files =
        DurableFilesRouter.localOnly(threads.work(), threads.loop(), threads.clock());
    NettyCluster[] cluster = new NettyCluster[1];
    NettyTransport transport = new NettyTransport(credential, NettySettings.DEFAULT);
    DriverEngine engine =
        new DriverEngine(
            new DriverEnvironment(
                threads.ports(transport, files, EmptyBatch.class.getClassLoader(), "empty-batch"),
                new DriverEnvironment.Identity(
                    "empty-batch",
                    "nobody",
                    "two",
                    1,
                    "localhost",
                    "file:" + folder.resolve("driver")),
                Settings.resolve(
                    given,
                    Map.of("millrace.executor.instances", "2", "millrace.executor.cores", "1")),
                (loop, epoch, port) -> {
                  cluster[0] = new NettyCluster(credential, folder, files, loop, epoch, port);
                  return cluster[0];
                }),
            () -> {});
    run.measure(
        new StreamingContext(new BatchContext(conf, engine), new Duration(run.interval())),
        "two executors over TCP");
    cluster[0].awaitEnd();
    transport.close();
    threads.close();
  }

  private record Run(String program, int interval, int warmUp, int batches, boolean perThread) {
    void measure(StreamingContext context, String where) throws Exception {
      Histogram micros = new Histogram(3);
      CountDownLatch warm = new CountDownLatch(warmUp);
      CountDownLatch done = new CountDownLatch(warmUp + batches);
      Queue<RDD<String>> nothing = new LinkedList<>();
      PairDStream<String, Integer> ones =
          context.queueStream(nothing).mapToPair(word -> new Tuple2<>(word, 1));
      if (!program.equals("state")) {
        output(ones.reduceByKey(Integer::sum, 2), warm, done, micros);
      }
      if (!program.equals("count")) {
        output(ones.updateStateByKey(EmptyBatch::added, 2), warm, done, micros);
      }
      context.start();
      warm.await();
      Map<String, Long> before = cpu();
      long processBefore = processNanos();
      long startNanos = System.nanoTime();
      if (!done.await(4L * interval * (batches + warmUp) + 60_000, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            "batches did not come: " + done.getCount() + " are missing");
      }
      double elapsedMs = (System.nanoTime() - startNanos) / 1e6;
      Map<String, Long> after = cpu();
      double processMs = (processNanos() - processBefore) / 1e6 / batches;
      context.stop(true, false);
      Map<String, Double> perThreadMicros = new TreeMap<>();
      double sum = 0;
      for (Map.Entry<String, Long> thread : after.entrySet()) {
        double spent =
            (thread.getValue() - before.getOrDefault(thread.getKey(), 0L)) / 1e3 / batches;
        sum += spent;
        perThreadMicros.merge(thread.getKey().replaceAll("#.*", ""), spent, Double::sum);
      }
      System.out.printf(
          Locale.ROOT,
          "empty-batch %s, %s, every %d ms: job p50 %.3f ms, p99 %.3f ms; CPU %.3f ms a batch"
              + " (process %.3f); %.2f ms between batches%n",
          program,
          where,
          interval,
          micros.getValueAtPercentile(50) / 1e3,
          micros.getValueAtPercentile(99) / 1e3,
          sum / 1e3,
          processMs,
          elapsedMs / batches);
      if (perThread) {
        perThreadMicros.forEach(
            (name, spent) -> {
              if (spent > 1) {
                System.out.printf(Locale.ROOT, "    %-40s %8.1f us%n", name, spent);
              }
            });
      }
    }

    private static void output(
        PairDStream<String, Integer> counts,
        CountDownLatch warm,
        CountDownLatch done,
        Histogram micros) {
      counts.foreachRDD(
          rdd -> {
            long start = System.nanoTime();
            rdd.count();
            if (warm.getCount() == 0 && done.getCount() > 0) {
              micros.recordValue((System.nanoTime() - start) / 1_000);
            }
            warm.countDown();
            done.countDown();
          });
    }
  }

  private static Optional<Integer> added(List<Integer> values, Optional<Integer> total) {
    return Optional.of(total.orElse(0) + values.size());
  }

  private static Map<String, Long> cpu() {
    Map<String, Long> cpu = new HashMap<>();
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null) {
        cpu.put(
            thread.getThreadName() + "#" + thread.getThreadId(),
            THREADS.getThreadCpuTime(thread.getThreadId()));
      }
    }
    return cpu;
  }

  private static long processNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
