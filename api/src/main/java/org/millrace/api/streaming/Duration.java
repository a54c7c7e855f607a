package org.millrace.api.streaming;

import java.io.Serializable;
import java.util.Locale;

/**
 * A length of time in milliseconds, which may be zero or negative.
 *
 * @param milliseconds the length in milliseconds
 */
public record Duration(long milliseconds) implements Serializable, Comparable<Duration> {
  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;

  /** Whether this is shorter than {@code that}. */
  public boolean less(Duration that) {
    return milliseconds < that.milliseconds;
  }

  /** Whether this is shorter than {@code that} or equal. */
  public boolean lessEq(Duration that) {
    return milliseconds <= that.milliseconds;
  }

  /** Whether this is longer than {@code that}. */
  public boolean greater(Duration that) {
    return milliseconds > that.milliseconds;
  }

  /** Whether this is longer than {@code that} or equal. */
  public boolean greaterEq(Duration that) {
    return milliseconds >= that.milliseconds;
  }

  /** This and {@code that} together. */
  public Duration plus(Duration that) {
    return new Duration(Math.addExact(milliseconds, that.milliseconds));
  }

  /** This without {@code that}. */
  public Duration minus(Duration that) {
    return new Duration(Math.subtractExact(milliseconds, that.milliseconds));
  }

  /** This, {@code times} times. */
  public Duration times(int times) {
    return new Duration(Math.multiplyExact(milliseconds, times));
  }

  /** How many times {@code that} fits into this. */
  public double div(Duration that) {
    return (double) milliseconds / (double) that.milliseconds;
  }

  /** Whether {@code that} fits into this without a rest. */
  public boolean isMultipleOf(Duration that) {
    return milliseconds % that.milliseconds == 0;
  }

  /** The shorter of this and {@code that}. */
  public Duration min(Duration that) {
    return milliseconds < that.milliseconds ? this : that;
  }

  /** The longer of this and {@code that}. */
  public Duration max(Duration that) {
    return milliseconds > that.milliseconds ? this : that;
  }

  /** Whether this is zero. */
  public boolean isZero() {
    return milliseconds == 0;
  }

  /** The milliseconds with their unit: {@code "1500 ms"}. */
  public String toFormattedString() {
    return milliseconds + " ms";
  }

  /** A form for people, in the largest fitting unit: {@code "350 ms"}, {@code "1.5 s"}. */
  public String prettyPrint() {
    if (milliseconds < SECOND) {
      return milliseconds + " ms";
    }
    if (milliseconds < MINUTE) {
      return String.format(Locale.ROOT, "%.1f s", (double) milliseconds / SECOND);
    }
    if (milliseconds < HOUR) {
      return String.format(Locale.ROOT, "%.1f m", (double) milliseconds / MINUTE);
    }
    return String.format(Locale.ROOT, "%.2f h", (double) milliseconds / HOUR);
  }

  @Override
  public int compareTo(Duration that) {
    return Long.compare(milliseconds, that.milliseconds);
  }

  @Override
  public String toString() {
    return milliseconds + " ms";
  }
}
