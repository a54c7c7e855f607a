package org.millrace.benchmarks.workload;

/** An engine does not have the scenario; the message says why. */
public final class UnsupportedScenario extends Exception {
  private static final long serialVersionUID = 1L;

  public UnsupportedScenario(String why) {
    super(why);
  }
}
