package org.millrace.am;

import org.millrace.api.error.MillraceException;

/** A failure told in one line, for a terminal or for YARN's diagnostics. */
public final class FailureLine {
  private FailureLine() {}

  /** The messages of the failure and of what caused it, none of them twice, without stacks. */
  public static String of(Throwable failure) {
    StringBuilder line = new StringBuilder();
    for (Throwable next = failure; next != null; next = next.getCause()) {
      String text = next.getMessage();
      String message = text == null || text.isBlank() ? "" : oneLine(text);
      if (message.isEmpty()) {
        append(line, next.getClass().getSimpleName());
      } else if (line.indexOf(message) < 0) {
        append(
            line,
            next instanceof MillraceException
                ? message
                : next.getClass().getSimpleName() + ": " + message);
      }
    }
    return line.toString();
  }

  private static void append(StringBuilder line, String message) {
    line.append(line.isEmpty() ? "" : ": ").append(message);
  }

  /** The text up to the first stack trace in it, its lines joined. */
  public static String oneLine(String text) {
    int stack = text.indexOf("\n\tat ");
    return (stack < 0 ? text : text.substring(0, stack)).strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
