package org.millrace.api.sink;

import org.millrace.api.streaming.Time;

/**
 * Makes prepared batches of one output visible, in the driver. One call at a time; all may block.
 *
 * <p>Two drivers can be alive at once: one that was cut off may repeat its last commits at any time
 * later, while its successor commits the same batches and later ones. Both only commit what a
 * durable record says, the same for both.
 */
public interface SinkCommitter {
  /**
   * Moves a batch into the sink as a whole or not at all. Called for each batch of the output that
   * staged something, in the order of their times, and again for the same batch until it is {@code
   * DONE}: after {@code UNKNOWN}, after an exception, by the next driver when this one died before
   * it could write down that it is done, and by a driver that does not know that it was replaced. A
   * committer must find out that a batch was committed before, by its application, output and time,
   * and then answer {@code DONE} and change nothing.
   *
   * @throws Exception counts as {@code UNKNOWN}
   */
  CommitOutcome commit(PreparedBatch batch) throws Exception;

  /**
   * Gives up a batch that was prepared and not decided, because another output of it failed. May be
   * called again, or never when the driver dies.
   *
   * @throws Exception is reported with the failure of the batch; what stays is removed by {@link
   *     #cleanUp}
   */
  void abort(PreparedBatch batch) throws Exception;

  /**
   * Removes what is still staged for batches up to {@code until}, by whichever attempt of whichever
   * epoch: each of these batches is in the sink or was given up for good. Called now and then,
   * after commits. Attempts that nobody waits for any more can stage something even later; the next
   * call covers them.
   *
   * @throws Exception is logged; the next call tries again
   */
  void cleanUp(Time until) throws Exception;

  /**
   * Called once when streaming ends in order.
   *
   * @throws Exception is logged
   */
  void close() throws Exception;
}
