package org.millrace.benchmarks.millrace;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.millrace.api.PairRDD;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;

/** The first records of the seed in a number of batches, and the digest of all that came out. */
final class CheckRun {
  private static final int INTERVAL_MS = 50;
  private static final int BATCHES = 10;

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

  private final RunSpec spec;
  private final Map<String, Long> table = new HashMap<>();
  private final BatchLog log = new BatchLog();
  private long gathered;

  private CheckRun(RunSpec spec) {
    this.spec = spec;
  }

  /** The digest for generated input. */
  static ResultDigest generated(RunSpec spec, RecordPool pool) throws Exception {
    CheckRun check = new CheckRun(spec);
    int batches = spec.scenario() == Scenario.WINDOW_COUNT ? Scenario.CHECK_PANES : BATCHES;
    Cuts cuts = new Cuts(spec.checkRecords(), batches);
    try (StreamingContext context = Contexts.withCheckpoints(spec, INTERVAL_MS)) {
      DStream<String> lines = GeneratedInput.stream(context, spec, pool, cuts::next, check.log);
      check.run(context, lines, batches);
    }
    return check.digest();
  }

  /** The digest of what comes from the TCP source's check port. */
  static ResultDigest fromSocket(RunSpec spec, long expectedTotal) throws Exception {
    CheckRun check = new CheckRun(spec);
    try (StreamingContext context = Contexts.withCheckpoints(spec, INTERVAL_MS)) {
      DStream<String> lines = context.socketTextStream(spec.host(), spec.checkPort());
      Jobs.of(lines, spec, INTERVAL_MS).foreachRDD(check::add);
      context.start();
      check.await(context, expectedTotal);
      context.stop(true, false);
    }
    return check.digest();
  }

  private void run(StreamingContext context, DStream<String> lines, int batches) throws Exception {
    Jobs.of(lines, spec, INTERVAL_MS)
        .foreachRDD(
            results -> {
              long start = System.nanoTime();
              add(results);
              log.ended(start, 0);
            });
    context.start();
    long start = System.nanoTime();
    while (log.batches().size() < batches) {
      if (System.nanoTime() - start > PATIENCE_NANOS
          || context.awaitTerminationOrTimeout(INTERVAL_MS)) {
        throw new TimeoutException("only " + log.batches().size() + " check batches came");
      }
    }
    context.stop(true, false);
  }

  /** As many pairs as the check has, counted by their values. */
  private void await(StreamingContext context, long expectedTotal) throws Exception {
    long start = System.nanoTime();
    synchronized (table) {
      while (gathered < expectedTotal) {
        table.wait(INTERVAL_MS);
        if (System.nanoTime() - start > PATIENCE_NANOS || context.awaitTerminationOrTimeout(1)) {
          throw new TimeoutException(gathered + " of " + expectedTotal + " came from the socket");
        }
      }
    }
  }

  private void add(PairRDD<String, Long> results) {
    var pairs = results.filter(pair -> pair._2() > 0).collect();
    synchronized (table) {
      switch (spec.scenario()) {
        // Each result stands for itself.
        case WINDOW_COUNT -> {
          if (log.batches().size() < Scenario.CHECK_PANES) {
            table.clear();
            pairs.forEach(pair -> table.put(pair._1(), pair._2()));
          }
        }
        // Sums grow with each record.
        case RUNNING_COUNT, RUNNING_COUNT_FEW, RUNNING_COUNT_UPDATE ->
            pairs.forEach(pair -> table.merge(pair._1(), pair._2(), Math::max));
        default ->
            pairs.forEach(
                pair -> {
                  table.merge(pair._1(), pair._2(), Long::sum);
                  gathered += pair._2();
                });
      }
      table.notifyAll();
    }
  }

  private ResultDigest digest() {
    ResultDigest digest = new ResultDigest();
    synchronized (table) {
      table.forEach(digest::add);
    }
    return digest;
  }

  /** Equal shares, then nothing. */
  private static final class Cuts {
    private final long records;
    private final int batches;
    private int batch;

    Cuts(long records, int batches) {
      this.records = records;
      this.batches = batches;
    }

    long next() {
      if (batch == batches) {
        return 0;
      }
      long from = records * batch / batches;
      batch++;
      return records * batch / batches - from;
    }
  }
}
