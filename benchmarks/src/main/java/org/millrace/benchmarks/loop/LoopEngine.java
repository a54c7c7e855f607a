package org.millrace.benchmarks.loop;

import java.util.function.Supplier;
import org.millrace.benchmarks.workload.Engine;
import org.millrace.benchmarks.workload.EngineMain;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RunReport;
import org.millrace.benchmarks.workload.RunSpec;
import org.millrace.benchmarks.workload.UnsupportedScenario;

/** What one would write first: Strings, {@code split}, {@code HashMap}. */
public final class LoopEngine implements Engine {
  /** The engine's process. */
  public static void main(String[] arguments) {
    EngineMain.run(new LoopEngine(), arguments);
  }

  @Override
  public String name() {
    return "loop";
  }

  @Override
  public RunReport run(RunSpec spec) throws Exception {
    Supplier<Kernel> kernel =
        switch (spec.scenario()) {
          case WORD_COUNT, WORD_COUNT_BUILTIN -> NaiveWordCount::new;
          case WINDOW_COUNT -> NaiveWindowCount::new;
          case GREP -> NaiveGrep::new;
          case RUNNING_COUNT, RUNNING_COUNT_UPDATE -> NaiveRunningCount::new;
          case ADS, ADS_BUILTIN -> () -> new NaiveAds(spec.seed());
          default -> throw new UnsupportedScenario("there is no loop for " + spec.scenario());
        };
    RecordPool pool = spec.pool();
    return LoopRun.run(this, spec, pool, kernel);
  }
}
