package org.millrace.api.graph;

import java.util.Optional;
import org.millrace.api.streaming.Time;

/** The datasets that a program puts into a queue, as batches take them. */
@FunctionalInterface
public interface DatasetQueue {
  /**
   * Takes what is due for a batch out of the program's queue, as one dataset: an empty or the
   * default one when the queue is empty; never null.
   *
   * <p>Called exactly once for each batch, in the order of batches, on the driver's user thread.
   */
  RddNode take(Time batchTime);

  /**
   * What a batch took, in this run of the program or before a restart; empty when that is gone with
   * the memory of the program.
   */
  default Optional<RddNode> again(Time batchTime) {
    return Optional.empty();
  }

  /**
   * The application goes on after a restart: batches up to this time are known, and what was taken
   * for later ones was taken for nothing. Called before everything else.
   */
  default void goOnAfter(Time lastBatch) {
    // What is gone cannot be put back.
  }
}
