package org.millrace.api.streaming;

/** Durations in seconds. */
public final class Seconds {
  private Seconds() {}

  /** A duration of so many seconds. */
  public static Duration apply(long seconds) {
    return Durations.seconds(seconds);
  }
}
