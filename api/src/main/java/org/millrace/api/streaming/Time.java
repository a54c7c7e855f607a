package org.millrace.api.streaming;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A point in time: the time of a batch.
 *
 * @param milliseconds milliseconds since the beginning of 1970, UTC
 */
public record Time(long milliseconds) implements Serializable, Comparable<Time> {

  /** Whether this is before {@code that}. */
  public boolean less(Time that) {
    return milliseconds < that.milliseconds;
  }

  /** Whether this is before {@code that} or equal. */
  public boolean lessEq(Time that) {
    return milliseconds <= that.milliseconds;
  }

  /** Whether this is after {@code that}. */
  public boolean greater(Time that) {
    return milliseconds > that.milliseconds;
  }

  /** Whether this is after {@code that} or equal. */
  public boolean greaterEq(Time that) {
    return milliseconds >= that.milliseconds;
  }

  /** The time so much later. */
  public Time plus(Duration that) {
    return new Time(Math.addExact(milliseconds, that.milliseconds()));
  }

  /** The time so much earlier. */
  public Time minus(Duration that) {
    return new Time(Math.subtractExact(milliseconds, that.milliseconds()));
  }

  /** The duration from {@code that} to this. */
  public Duration minus(Time that) {
    return new Duration(Math.subtractExact(milliseconds, that.milliseconds));
  }

  /** The latest multiple of {@code that} that is not after this. */
  public Time floor(Duration that) {
    return new Time(Math.floorDiv(milliseconds, that.milliseconds()) * that.milliseconds());
  }

  /**
   * The latest time that is a multiple of {@code that} after {@code zeroTime} and not after this.
   */
  public Time floor(Duration that, Time zeroTime) {
    long sinceZero = milliseconds - zeroTime.milliseconds;
    return new Time(
        Math.floorDiv(sinceZero, that.milliseconds()) * that.milliseconds()
            + zeroTime.milliseconds);
  }

  /** Whether this is a multiple of {@code that}. */
  public boolean isMultipleOf(Duration that) {
    return milliseconds % that.milliseconds() == 0;
  }

  /** The earlier of this and {@code that}. */
  public Time min(Time that) {
    return milliseconds < that.milliseconds ? this : that;
  }

  /** The later of this and {@code that}. */
  public Time max(Time that) {
    return milliseconds > that.milliseconds ? this : that;
  }

  /** The times from this, each {@code interval} later, that are before {@code that}; in order. */
  public List<Time> until(Time that, Duration interval) {
    List<Time> times = new ArrayList<>();
    for (long at = milliseconds; at < that.milliseconds; at += positive(interval)) {
      times.add(new Time(at));
    }
    return List.copyOf(times);
  }

  /**
   * The times from this, each {@code interval} later, that are not after {@code that}; in order.
   */
  public List<Time> to(Time that, Duration interval) {
    List<Time> times = new ArrayList<>();
    for (long at = milliseconds; at <= that.milliseconds; at += positive(interval)) {
      times.add(new Time(at));
    }
    return List.copyOf(times);
  }

  private static long positive(Duration interval) {
    if (interval.milliseconds() <= 0) {
      throw new IllegalArgumentException("an interval of " + interval + " is not positive");
    }
    return interval.milliseconds();
  }

  @Override
  public int compareTo(Time that) {
    return Long.compare(milliseconds, that.milliseconds);
  }

  @Override
  public String toString() {
    return milliseconds + " ms";
  }
}
