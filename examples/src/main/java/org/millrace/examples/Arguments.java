package org.millrace.examples;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Checks the command line of an example. */
final class Arguments {
  private static final int HIGHEST_PORT = 65_535;

  private Arguments() {}

  /** Requires one argument for each name. */
  static void require(String[] args, String example, String... names) {
    if (args.length != names.length) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          String.format(
                  "%d arguments for an example that takes %d; usage: %s %s",
                  args.length, names.length, example, String.join(" ", names))
              .strip());
    }
  }

  /** A TCP port. */
  static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= HIGHEST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw notAPort(text, e);
    }
    throw notAPort(text, null);
  }

  /** A number of at least 1. */
  static int positive(String text, String what) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw notPositive(text, what, e);
    }
    throw notPositive(text, what, null);
  }

  private static MillraceException notPositive(
      String text, String what, NumberFormatException cause) {
    return new MillraceException(
        ErrorCode.INVALID_ARGUMENT,
        "'" + text + "' is no number of " + what + "; give one of at least 1",
        cause);
  }

  /** Where an example keeps its state: a directory of its own below the user's. */
  static String workDirectory(String example) {
    return "checkpoints/" + example;
  }

  private static MillraceException notAPort(String text, NumberFormatException cause) {
    return new MillraceException(
        ErrorCode.INVALID_ARGUMENT,
        "'" + text + "' is not a port; give a number from 1 to " + HIGHEST_PORT,
        cause);
  }
}
