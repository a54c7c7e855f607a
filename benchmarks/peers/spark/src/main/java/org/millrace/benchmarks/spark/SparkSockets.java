package org.millrace.benchmarks.spark;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.api.java.StorageLevels;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.millrace.benchmarks.spark.SparkOutputs.Kept;
import org.millrace.benchmarks.workload.ResultDigest;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.Scenario;
import scala.Tuple2;

/**
 * Lines through Spark's own socket receivers. A receiver holds a slot; by default there is a slot
 * more for each than there are cores. Where processing is the limit, Spark's own back-pressure
 * slows receivers down.
 */
final class SparkSockets {
  private static final long STILL_MS = 60_000;
  private static final long POLL_MS = 50;
  private static final int CHECK_INTERVAL_MS = 500;

  private final SparkEngine engine;
  private final RunSpec spec;
  private final int receivers;
  private final int slots;

  SparkSockets(SparkEngine engine, RunSpec spec) {
    this.engine = engine;
    this.spec = spec;
    this.receivers = spec.option("receivers", 1);
    this.slots = spec.option("slots", spec.cores() + receivers);
  }

  RunReport run() throws Exception {
    ResultDigest digest = spec.checkRecords() > 0 ? check() : null;
    Map<String, String> settings = SparkRun.settings(spec);
    if (spec.scenario() == Scenario.SOCKET_WORD_COUNT) {
      settings.putIfAbsent("spark.streaming.backpressure.enabled", "true");
      settings.putIfAbsent(
          "spark.streaming.backpressure.initialRate", spec.option("first-rate", "50000"));
    }
    try (SparkRun run =
        SparkRun.timed(spec, spec.intervalMs(), Pace.fixed(0), slots, logged(settings))) {
      JavaDStream<String> lines = received(run, spec.port());
      if (spec.scenario() == Scenario.SOCKET_GREP) {
        SparkOutputs.count(SparkJobs.grep(lines));
      } else {
        SparkOutputs.sum(SparkJobs.wordCount(lines, spec.cores()));
      }
      run.start();
      run.span();
      RunReport report = run.batches().report(engine, spec);
      report.note("receivers", receivers + " in " + slots + " slots");
      return digest == null ? report : report.digest(digest);
    }
  }

  private Map<String, String> logged(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    if (spec.option("log", "false").equals("true")) {
      all.put("spark.streaming.receiver.writeAheadLog.enable", "true");
    }
    return all;
  }

  private JavaDStream<String> received(SparkRun run, int port) {
    if (spec.option("log", "false").equals("true")) {
      run.withCheckpoints("port-" + port);
    }
    JavaDStream<String> all = null;
    for (int i = 0; i < receivers; i++) {
      JavaDStream<String> one =
          run.context().socketTextStream(spec.host(), port, StorageLevels.MEMORY_AND_DISK_SER);
      all = all == null ? one : all.union(one);
    }
    return all;
  }

  /** The lines of the check port, until all of them have been counted. */
  private ResultDigest check() throws Exception {
    Map<String, String> settings = logged(SparkRun.settings(spec));
    try (SparkRun run = SparkRun.timed(spec, CHECK_INTERVAL_MS, Pace.fixed(0), slots, settings)) {
      JavaDStream<String> lines = received(run, spec.checkPort());
      Map<String, Long> results =
          spec.scenario() == Scenario.SOCKET_GREP
              ? SparkOutputs.keep(
                  SparkJobs.grep(lines).mapToPair(line -> new Tuple2<>(line, 1)), Kept.SUM)
              : SparkOutputs.keep(SparkJobs.wordCount(lines, spec.cores()), Kept.SUM);
      run.start();
      long seen = 0;
      for (long waited = 0; seen < spec.checkRecords(); waited += POLL_MS) {
        run.run(POLL_MS);
        if (run.batches().endedRecords() > seen) {
          seen = run.batches().endedRecords();
          waited = 0;
        } else if (waited > STILL_MS) {
          throw new IllegalStateException(
              "stands still: " + seen + " records of " + spec.checkRecords() + " came");
        }
      }
      return SparkOutputs.digest(results);
    }
  }
}
