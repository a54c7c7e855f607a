package org.millrace.testkit.lab;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** One line for each process when it becomes ready, with the seconds since the start began. */
public final class TerminalProgress implements ProgressListener {
  private final PrintWriter out;

  public TerminalProgress(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void onReady(LabProcess process, Duration elapsed) {
    out.printf(
        Locale.ROOT,
        "  %5.1f s  %-4s %-16s ready  %s%n",
        elapsed.toMillis() / 1000.0,
        process.name(),
        process.title(),
        address(process).orElse(""));
    out.flush();
  }

  @Override
  public void onNote(String note) {
    out.println(note);
    out.flush();
  }

  /** Only pages that people want to open. */
  private static Optional<String> address(LabProcess process) {
    return switch (process.processName().role()) {
      case NAME_NODE, RESOURCE_MANAGER -> Optional.of(process.webAddress().toString());
      case DATA_NODE, NODE_MANAGER -> Optional.empty();
    };
  }
}
