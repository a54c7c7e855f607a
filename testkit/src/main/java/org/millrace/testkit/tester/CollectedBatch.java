package org.millrace.testkit.tester;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.millrace.api.streaming.Time;

/**
 * What a stream had in one batch. Immutable; records are what came back from executors, so they are
 * copies.
 *
 * @param time the time of the batch
 * @param partitions the records of each partition, in the order of partitions and of records
 */
public record CollectedBatch<T>(Time time, List<List<T>> partitions) {
  /** Copies the lists, in which records may be null. */
  public CollectedBatch {
    Objects.requireNonNull(time, "time");
    List<List<T>> copy = new ArrayList<>();
    partitions.forEach(
        partition -> copy.add(Collections.unmodifiableList(new ArrayList<>(partition))));
    partitions = Collections.unmodifiableList(copy);
  }

  /** All records, one partition after the other. */
  public List<T> values() {
    List<T> values = new ArrayList<>();
    partitions.forEach(values::addAll);
    return Collections.unmodifiableList(values);
  }
}
