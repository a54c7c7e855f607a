package org.millrace.api.sink;

import java.util.Objects;
import org.millrace.api.streaming.Time;

/**
 * One attempt at writing one partition of one batch. Several attempts at a partition can run one
 * after the other or at the same time; at most one of them counts. Immutable.
 *
 * @param output which output, and the epoch of the driver that asked for the attempt
 * @param batchTime the time of the batch
 * @param partition from 0
 * @param partitionCount of the batch, at least 1
 * @param attempt differs between all attempts at the partition in one epoch, also when the batch is
 *     run again
 */
public record SinkAttempt(
    SinkContext output, Time batchTime, int partition, int partitionCount, long attempt) {
  /** Checks that everything is given and within its bounds. */
  public SinkAttempt {
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(batchTime, "batchTime");
    if (partition < 0 || partition >= partitionCount) {
      throw new IllegalArgumentException("partition " + partition + " of " + partitionCount);
    }
  }

  /**
   * A name that no other attempt of this output at any partition of this batch has, in this epoch
   * or another: {@code e2-p00001-a16777216}.
   */
  public String name() {
    return String.format("e%d-p%05d-a%d", output.epoch(), partition, attempt);
  }
}
