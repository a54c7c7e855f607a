package org.millrace.api.streaming;

/** Durations in milliseconds. */
public final class Milliseconds {
  private Milliseconds() {}

  /** A duration of so many milliseconds. */
  public static Duration apply(long milliseconds) {
    return Durations.milliseconds(milliseconds);
  }
}
