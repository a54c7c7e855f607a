package org.millrace.api.sink;

import java.util.List;
import java.util.Objects;
import org.millrace.api.streaming.Time;

/**
 * What the attempts that count staged for one batch. Immutable.
 *
 * @param output which output, under the identity and by the epoch that staged it; the epoch is
 *     lower than that of the committer when another driver ran the batch
 * @param batchTime the time of the batch
 * @param messages what {@link SinkWriter#prepare} gave, in the order of the partitions, without
 *     those that were empty
 */
public record PreparedBatch(SinkContext output, Time batchTime, List<byte[]> messages) {
  /** Checks that everything is given, and copies the list. */
  public PreparedBatch {
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(batchTime, "batchTime");
    messages = List.copyOf(messages);
  }
}
