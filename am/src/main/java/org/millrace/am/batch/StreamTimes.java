package org.millrace.am.batch;

import org.millrace.api.graph.StreamNode;

/**
 * At which times streams have datasets: later than zero, a whole number of slides after it.
 * Immutable.
 *
 * @param zeroMs the time one batch interval before the first batch
 */
record StreamTimes(long zeroMs) {
  /** Whether the stream has a dataset at a time. */
  boolean has(StreamNode stream, long timeMs) {
    return timeMs > zeroMs && (timeMs - zeroMs) % stream.slide().milliseconds() == 0;
  }
}
