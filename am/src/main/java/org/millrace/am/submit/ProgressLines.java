package org.millrace.am.submit;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import org.millrace.checkpoint.runtime.Clock;

/** Lines that tell how far a command is, each with the seconds since it began. Thread-safe. */
public final class ProgressLines {
  private static final double NANOS_PER_SECOND = 1e9;

  private final PrintWriter out;
  private final Clock clock;
  private final long startNanos;

  /** The command begins now. */
  public ProgressLines(PrintWriter out, Clock clock) {
    this.out = Objects.requireNonNull(out, "out");
    this.clock = Objects.requireNonNull(clock, "clock");
    startNanos = clock.nanoTime();
  }

  /** Writes one line. */
  public synchronized void say(String line) {
    double seconds = (clock.nanoTime() - startNanos) / NANOS_PER_SECOND;
    out.println(String.format(Locale.ROOT, "[%5.1f s] %s", seconds, line));
    out.flush();
  }
}
