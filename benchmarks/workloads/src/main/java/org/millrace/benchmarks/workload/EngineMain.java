package org.millrace.benchmarks.workload;

/** The main method of engine processes. */
public final class EngineMain {
  /** Exit code of an engine that does not have the scenario. */
  public static final int UNSUPPORTED = 3;

  /** Begins the line with the report. */
  public static final String REPORT = "REPORT ";

  /** Begins the line that says why a scenario is not there. */
  public static final String NO_SCENARIO = "UNSUPPORTED ";

  private EngineMain() {}

  /** Runs the engine and ends the process, whatever threads the engine left behind. */
  public static void run(Engine engine, String... arguments) {
    int code;
    try {
      RunReport report = engine.run(RunSpec.parse(arguments));
      System.out.println(REPORT + report.toJson());
      code = 0;
    } catch (UnsupportedScenario e) {
      System.out.println(NO_SCENARIO + e.getMessage());
      code = UNSUPPORTED;
    } catch (Exception | LinkageError | AssertionError | OutOfMemoryError e) {
      e.printStackTrace();
      code = 1;
    }
    System.out.flush();
    System.exit(code);
  }
}
