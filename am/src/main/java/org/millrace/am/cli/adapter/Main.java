package org.millrace.am.cli.adapter;

import org.millrace.am.cli.MillraceCommandLine;

/** The process behind {@code bin/millrace}. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(
        MillraceCommandLine.withServices(Thread.currentThread().getContextClassLoader())
            .execute(arguments));
  }
}
