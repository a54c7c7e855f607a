package org.millrace.api.streaming;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Partitioner;

/**
 * Where an operation by key puts its keys. Without a partitioner of the program's own it is found
 * when a batch runs, because executors may still be joining when the stream is defined.
 */
final class Placement implements Supplier<Partitioner> {
  private final Supplier<Partitioner> source;
  private final List<Object> shipped;

  private Placement(Supplier<Partitioner> source, List<Object> shipped) {
    this.source = source;
    this.shipped = shipped;
  }

  static Placement by(Partitioner partitioner) {
    Objects.requireNonNull(partitioner, "the partitioner is null");
    return new Placement(() -> partitioner, List.of(partitioner));
  }

  /** By hash code into so many partitions. */
  static Placement into(int numPartitions) {
    return by(new HashPartitioner(numPartitions));
  }

  /** By hash code into default parallelism partitions. */
  static Placement byDefault(StreamingContext context) {
    return new Placement(() -> new HashPartitioner(context.defaultParallelism()), List.of());
  }

  @Override
  public Partitioner get() {
    return source.get();
  }

  /** What of it goes to executors and comes from the program. */
  List<Object> shipped() {
    return shipped;
  }
}
