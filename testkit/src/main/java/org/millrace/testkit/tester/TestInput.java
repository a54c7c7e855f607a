package org.millrace.testkit.tester;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.millrace.api.RDD;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.StreamingContext;

/**
 * An input that a test writes: one entry for each batch, in order. A batch for which there is no
 * entry (any more) has no dataset. Not thread-safe: write it in the test's thread, before or
 * between batches.
 */
public final class TestInput<T> {
  private final StreamingContext context;
  private final int partitions;
  private final Queue<RDD<T>> entries = new ArrayDeque<>();
  private final DStream<T> stream;

  TestInput(StreamingContext context, int partitions) {
    this.context = context;
    this.partitions = partitions;
    this.stream = context.queueStream(entries, true);
  }

  /**
   * The stream of this input; pairs by {@link org.millrace.api.streaming.PairDStream#fromDStream}.
   */
  public DStream<T> stream() {
    return stream;
  }

  /**
   * The records of the next batch without an entry, sliced into the input's partitions; none makes
   * a dataset of empty partitions.
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public final TestInput<T> add(T... records) {
    return addAll(Arrays.asList(records));
  }

  /** {@link #add} of the records of a list, which is copied. */
  public TestInput<T> addAll(List<T> records) {
    entries.add(context.batchContext().parallelize(new ArrayList<>(records), partitions));
    return this;
  }

  /** The next batch without an entry has no dataset: no records and no partitions. */
  public TestInput<T> addNothing() {
    entries.add(context.batchContext().emptyRDD());
    return this;
  }

  /** Entries that no batch has taken yet. */
  public int remaining() {
    return entries.size();
  }
}
