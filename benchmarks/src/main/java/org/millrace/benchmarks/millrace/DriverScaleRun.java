package org.millrace.benchmarks.millrace;

import org.millrace.benchmarks.scale.DriverScale;
import org.millrace.benchmarks.scale.ScaleProgram;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.Measurement;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;

/** What a batch costs the driver of a large cluster: a word count, and one with state. */
final class DriverScaleRun {
  private DriverScaleRun() {}

  static RunReport run(Engine engine, RunSpec spec) {
    Measurement whole = Measurement.begin();
    DriverScale.Measured count = measure(spec, ScaleProgram.COUNT);
    DriverScale.Measured state = measure(spec, ScaleProgram.STATE);
    return whole
        .end(engine, spec, 0)
        .figure("driver-cpu-ms", count.cpuMs())
        .figure("driver-state-cpu-ms", state.cpuMs())
        .figure("latency-p50-ms", count.p50Ms())
        .figure("latency-p99-ms", count.p99Ms())
        .figure("state-latency-p99-ms", state.p99Ms())
        .figure("messages", count.messages())
        .figure("driver-heap-mb", Math.max(count.heapAfterMb(), state.heapAfterMb()));
  }

  private static DriverScale.Measured measure(RunSpec spec, ScaleProgram program) {
    int executors = spec.option("executors", 1_000);
    int cores = spec.option("executor-cores", 8);
    return DriverScale.measure(
        new DriverScale.Case(
            program,
            executors,
            cores,
            Math.max(1, executors / 10),
            executors * cores,
            spec.option("warm-up-batches", 60),
            spec.option("batches", 40)));
  }
}
