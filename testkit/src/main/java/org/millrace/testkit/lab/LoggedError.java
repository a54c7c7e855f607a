package org.millrace.testkit.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * An error in the log of a process.
 *
 * @param process which one: {@code nn, rm, ...}, or the container's name
 * @param line number of its first line in the file, from 1
 * @param lines the first lines of it
 */
public record LoggedError(String process, Path file, int line, List<String> lines) {
  public LoggedError {
    lines = List.copyOf(lines);
  }

  /** The process and all lines: what an expectation is looked for in. */
  public String text() {
    return process + ": " + String.join("\n", lines);
  }

  @Override
  public String toString() {
    return process + " in " + file + ", line " + line + ":\n    " + String.join("\n    ", lines);
  }
}
