package org.millrace.api.streaming;

/** Makes durations. */
public final class Durations {
  private Durations() {}

  /** A duration of so many milliseconds. */
  public static Duration milliseconds(long milliseconds) {
    return new Duration(milliseconds);
  }

  /** A duration of so many seconds. */
  public static Duration seconds(long seconds) {
    return new Duration(Math.multiplyExact(seconds, 1000L));
  }

  /** A duration of so many minutes. */
  public static Duration minutes(long minutes) {
    return new Duration(Math.multiplyExact(minutes, 60_000L));
  }
}
