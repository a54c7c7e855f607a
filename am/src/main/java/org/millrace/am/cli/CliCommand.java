package org.millrace.am.cli;

import java.util.concurrent.Callable;

/**
 * A subcommand of {@code bin/millrace}, found by {@link java.util.ServiceLoader}.
 *
 * <p>The implementation is a public class with a public constructor without parameters and
 * picocli's {@code @Command} annotation, which gives its name, description and options. {@link
 * #call()} runs on the main thread and returns the exit code of the process; it writes to {@code
 * CommandSpec.commandLine().getOut()} and reports every failure by throwing {@link
 * org.millrace.api.error.MillraceException}, whose message becomes the one line that the user sees.
 */
public interface CliCommand extends Callable<Integer> {

  /** Whether all that follows the first parameter belongs to a program, options included. */
  default boolean endsWithProgram() {
    return false;
  }
}
