package org.millrace.benchmarks.spark;

import java.util.concurrent.TimeUnit;
import org.millrace.benchmarks.workload.LatencyRecorder;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;

/** Word count at a fixed rate: when results come. */
final class SparkTimes {
  private static final long DRAIN_MS = 2_000;
  private static final long START_UP_TIMEOUT_MS = 60_000;

  private SparkTimes() {}

  /** From the scheduled creation of records to the output of their batch. */
  static RunReport latency(SparkEngine engine, RunSpec spec) throws Exception {
    try (SparkRun run = SparkEngine.timed(spec, Pace.of(spec))) {
      SparkOutputs.sum(SparkJobs.wordCount(run.generated(), spec.cores()));
      run.start();
      run.run(spec.warmUpMs());
      long from = System.nanoTime();
      long to = from + TimeUnit.MILLISECONDS.toNanos(spec.measureMs());
      LatencyRecorder latency = new LatencyRecorder(from, to);
      run.batches().record(latency, spec.intervalMs());
      run.batches().beginSpan();
      run.run(spec.measureMs());
      run.awaitSpan();
      RunReport report = run.batches().report(engine, spec);
      // Outputs of what was created in the span.
      run.run(DRAIN_MS);
      latency.addTo(report);
      latency.addHoldsTo(report, spec);
      return report;
    }
  }

  /** From the start of the JVM to the first output with a record. */
  static RunReport startUp(SparkEngine engine, RunSpec spec) throws Exception {
    Measurement whole = Measurement.begin();
    GeneratedRdd.readFrom(spec.pool()::reader);
    try (SparkRun run = SparkEngine.timed(spec, Pace.of(spec))) {
      SparkOutputs.sum(SparkJobs.wordCount(run.generated(), spec.cores()));
      run.start();
      if (!run.batches().isWithOutput(START_UP_TIMEOUT_MS)) {
        run.run(1);
        throw new IllegalStateException("no output within " + START_UP_TIMEOUT_MS + " ms");
      }
      double startUpMs = Measurement.millisSinceJvmStart();
      return whole
          .end(engine, spec, run.batches().endedRecords())
          .figure("start-up-ms", startUpMs)
          .figure("cpu-ms", Measurement.cpuNanos() / 1e6);
    }
  }
}
