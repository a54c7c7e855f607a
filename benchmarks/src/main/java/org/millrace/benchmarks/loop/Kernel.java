package org.millrace.benchmarks.loop;

import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/**
 * One thread's part of a job. Owned by its thread, at the end of an interval by the one that
 * merges.
 */
interface Kernel {
  /** The hot loop. */
  void process(RecordReader in, int records);

  /** Takes what another thread's kernel gathered in the interval, and empties that one. */
  void merge(Kernel other);

  /**
   * Puts out the result of the interval and begins the next one.
   *
   * @return the weight of what was gathered in it, from the results
   */
  long intervalEnded();

  /** Adds the result so far; called instead of {@link #intervalEnded()}, windows: after it. */
  void addTo(ResultDigest digest);
}
