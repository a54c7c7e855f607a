package org.millrace.benchmarks.workload;

/** What runs scenarios in a process of its own. */
public interface Engine {
  /** The name in tables: "loop", "millrace", "spark", ... */
  String name();

  /**
   * Runs the check, the warm-up and the measured span.
   *
   * @throws UnsupportedScenario when the engine has no such scenario
   * @throws Exception when a run fails, or a conservation check does
   */
  RunReport run(RunSpec spec) throws Exception;
}
