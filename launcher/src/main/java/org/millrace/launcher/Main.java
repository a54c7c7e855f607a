package org.millrace.launcher;

/**
 * The main class of {@code millrace.jar}: {@code yarn jar millrace.jar submit ...} is the same
 * command line as {@code bin/millrace submit ...}.
 */
public final class Main {
  private Main() {}

  /** Finds the framework and runs its command line, which ends the process. */
  public static void main(String[] arguments) throws Throwable {
    Framework.orExit(arguments).runCommandLine(arguments);
  }
}
