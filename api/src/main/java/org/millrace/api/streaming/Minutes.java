package org.millrace.api.streaming;

/** Durations in minutes. */
public final class Minutes {
  private Minutes() {}

  /** A duration of so many minutes. */
  public static Duration apply(long minutes) {
    return Durations.minutes(minutes);
  }
}
