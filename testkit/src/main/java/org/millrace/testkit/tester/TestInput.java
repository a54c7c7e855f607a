package org.millrace.testkit.tester;

import java.util.AbstractQueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.RecoverableQueue;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.Time;

/**
 * An input that a test writes: one entry for each batch, in order. A batch for which there is no
 * entry (any more) has no dataset. It outlives a {@link StreamTester#restart restart}: batches go
 * on with the entry after the last one that was taken. Not thread-safe: write it in the test's
 * thread, before or between batches.
 */
public final class TestInput<T> {
  private final StreamTester tester;
  private final String uid;
  private final int partitions;

  /** Null where a batch has no dataset. */
  private final List<List<T>> entries = new ArrayList<>();

  /** Numbers of entries by the time of the batch that took them. */
  private final TreeMap<Long, Integer> taken = new TreeMap<>();

  private int next;
  private StreamingContext context;
  private DStream<T> stream;

  TestInput(StreamTester tester, int number, int partitions) {
    this.tester = tester;
    this.uid = "test input " + number;
    this.partitions = partitions;
    stream();
  }

  /**
   * The stream of this input in the tester's context, the one after the restart when there was one;
   * pairs by {@link org.millrace.api.streaming.PairDStream#fromDStream}. Its uid is {@code test
   * input 1} for the first input, unless the program gives it another one.
   */
  public DStream<T> stream() {
    if (context != tester.context()) {
      context = tester.context();
      stream = context.queueStream(new Script()).uid(uid);
    }
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
    entries.add(Collections.unmodifiableList(new ArrayList<>(records)));
    return this;
  }

  /** The next batch without an entry has no dataset: no records and no partitions. */
  public TestInput<T> addNothing() {
    entries.add(null);
    return this;
  }

  /** Entries that no batch has taken yet. */
  public int remaining() {
    return entries.size() - next;
  }

  /**
   * Begins where the same input of the same program was.
   *
   * @throws MillraceException ILLEGAL_USE when it is not the same
   */
  void goOnFrom(TestInput<?> before) {
    if (!entries.equals(before.entries)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          uid
              + " has other entries in another call of the pipeline; it must define the same inputs"
              + " in each call, and get all that they have while it is defined");
    }
    taken.putAll(before.taken);
    next = before.next;
  }

  private RDD<T> dataset(int index) {
    BatchContext batches = context.batchContext();
    List<T> records = entries.get(index);
    return records == null ? batches.emptyRDD() : batches.parallelize(records, partitions);
  }

  /** The entries that no batch has taken, as datasets of the context. */
  private final class Script extends AbstractQueue<RDD<T>> implements RecoverableQueue<T> {
    @Override
    public RDD<T> take(Time batchTime) {
      if (remaining() == 0) {
        return null;
      }
      taken.put(batchTime.milliseconds(), next);
      return dataset(next++);
    }

    @Override
    public Optional<RDD<T>> again(Time batchTime) {
      return Optional.ofNullable(taken.get(batchTime.milliseconds())).map(TestInput.this::dataset);
    }

    @Override
    public void goOnAfter(Time lastBatch) {
      var later = taken.tailMap(lastBatch.milliseconds(), false);
      if (!later.isEmpty()) {
        next = later.firstEntry().getValue();
        later.clear();
      }
    }

    @Override
    public RDD<T> poll() {
      return remaining() == 0 ? null : dataset(next++);
    }

    @Override
    public RDD<T> peek() {
      return remaining() == 0 ? null : dataset(next);
    }

    @Override
    public boolean offer(RDD<T> dataset) {
      throw new UnsupportedOperationException("entries are added by TestInput.add");
    }

    @Override
    public Iterator<RDD<T>> iterator() {
      List<RDD<T>> left = new ArrayList<>();
      for (int i = next; i < entries.size(); i++) {
        left.add(dataset(i));
      }
      return left.iterator();
    }

    @Override
    public int size() {
      return remaining();
    }
  }
}
