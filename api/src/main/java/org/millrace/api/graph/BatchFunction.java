package org.millrace.api.graph;

import java.util.List;
import org.millrace.api.streaming.Time;

/** Makes the dataset of a stream for one batch from those of its parents. */
@FunctionalInterface
public interface BatchFunction {
  /**
   * The dataset of a batch.
   *
   * <p>Runs on the driver's user thread and may call the program's own functions, which may run
   * actions.
   *
   * @param parents the datasets of the parent streams at the same time, in order
   * @throws Exception what the program's function throws
   */
  RddNode compute(List<RddNode> parents, Time batchTime) throws Exception;
}
