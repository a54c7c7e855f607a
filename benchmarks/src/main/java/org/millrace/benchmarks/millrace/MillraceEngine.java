package org.millrace.benchmarks.millrace;

import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.EngineMain;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;

/** Millrace in {@code local[n]}: driver and executor in this process. */
public final class MillraceEngine implements Engine {
  /** The engine's process. */
  public static void main(String[] arguments) {
    EngineMain.run(new MillraceEngine(), arguments);
  }

  @Override
  public String name() {
    return "millrace";
  }

  @Override
  public RunReport run(RunSpec spec) throws Exception {
    return switch (spec.scenario()) {
      case SOCKET_WORD_COUNT, SOCKET_GREP -> new SocketRun(this, spec).run();
      case EMPTY_BATCH, EMPTY_BATCH_SHUFFLE, EMPTY_BATCH_STATE, EMPTY_BATCH_TWO ->
          new EmptyBatchRun(this, spec).run();
      case LATENCY, MEMORY, START_UP -> new FixedRateRun(this, spec).run();
      case WINDOW_COST, STATE_COST -> new CostRun(this, spec).run();
      case DRIVER_SCALE -> DriverScaleRun.run(this, spec);
      default -> new DirectRun(this, spec).run();
    };
  }
}
