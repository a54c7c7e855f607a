package org.millrace.benchmarks.loop;

import java.util.function.Supplier;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.EngineMain;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.UnsupportedScenario;

/** The same jobs on bytes: eight at a time, open addressing, no object for a record. */
public final class TunedLoopEngine implements Engine {
  /** The engine's process. */
  public static void main(String[] arguments) {
    EngineMain.run(new TunedLoopEngine(), arguments);
  }

  @Override
  public String name() {
    return "tuned-loop";
  }

  @Override
  public RunReport run(RunSpec spec) throws Exception {
    RecordPool pool = spec.pool();
    Supplier<Kernel> kernel =
        switch (spec.scenario()) {
          case WORD_COUNT, WORD_COUNT_BUILTIN -> TunedWordCount::new;
          case WINDOW_COUNT -> TunedWindowCount::new;
          case GREP -> () -> new TunedGrep(pool);
          case RUNNING_COUNT, RUNNING_COUNT_UPDATE -> TunedRunningCount::new;
          case ADS, ADS_BUILTIN -> () -> new TunedAds(spec.seed());
          default -> throw new UnsupportedScenario("there is no tuned loop for " + spec.scenario());
        };
    return LoopRun.run(this, spec, pool, kernel);
  }
}
