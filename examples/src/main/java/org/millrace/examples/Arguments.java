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

  private static MillraceException notAPort(String text, NumberFormatException cause) {
    return new MillraceException(
        ErrorCode.INVALID_ARGUMENT,
        "'" + text + "' is not a port; give a number from 1 to " + HIGHEST_PORT,
        cause);
  }
}
