package org.millrace.runner.state;

import java.util.Comparator;

/** An entry that times out. */
final class TimedEntry extends Entry {
  /** Those whose deadline is earlier first, then those that entered earlier. */
  static final Comparator<TimedEntry> BY_DEADLINE =
      (a, b) ->
          a.touchedMs != b.touchedMs
              ? Long.compare(a.touchedMs, b.touchedMs)
              : Long.compare(a.number, b.number);

  /** Batch time of the last pair. */
  long touchedMs;

  /** Neighbours in the {@link TouchOrder}. */
  TimedEntry older;

  TimedEntry newer;

  TimedEntry(Object key, int hash, Object value, long number) {
    super(key, hash, value, number);
  }
}
