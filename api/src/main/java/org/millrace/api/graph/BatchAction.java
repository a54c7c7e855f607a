package org.millrace.api.graph;

import org.millrace.api.streaming.Time;

/** What an output does with the dataset of a batch. */
@FunctionalInterface
public interface BatchAction {
  /**
   * Acts on a dataset, on the driver's user thread; may run actions.
   *
   * @throws Exception what the program's function throws
   */
  void run(RddNode rdd, Time batchTime) throws Exception;
}
