package org.millrace.am.shared;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.am.plan.Shipping;
import org.millrace.api.accumulator.AccumulatorV2;

/**
 * The program's accumulators. What the tasks of a job added is merged once, when the job has
 * succeeded; what a batch merged can be taken back when the batch fails. Thread-safe.
 */
public final class Accumulators {
  private final Shipping shipping;

  @GuardedBy("this")
  private final Map<Long, WeakReference<AccumulatorV2<?, ?>>> known = new HashMap<>();

  /** Copies from before the batch that runs, by the accumulator's number. */
  @GuardedBy("this")
  private final Map<Long, AccumulatorV2<?, ?>> before = new HashMap<>();

  @GuardedBy("this")
  private long nextId;

  /**
   * @param shipping reads what tasks report
   */
  public Accumulators(Shipping shipping) {
    this.shipping = shipping;
  }

  public synchronized void register(AccumulatorV2<?, ?> accumulator, String name) {
    accumulator.register(nextId++, name);
    known.put(accumulator.id(), new WeakReference<>(accumulator));
  }

  /** From here on what is merged in a batch can be taken back. */
  public synchronized void beginBatch() {
    before.clear();
  }

  /** The batch failed: each accumulator has the value again that it had before. */
  public synchronized void rollBack() {
    before.forEach(
        (id, copy) -> {
          AccumulatorV2<?, ?> accumulator = find(id);
          if (accumulator != null) {
            accumulator.reset();
            merge(accumulator, copy);
          }
        });
    before.clear();
  }

  /**
   * Merges what the tasks of a job added, in the order of the tasks.
   *
   * @param inBatch whether the batch that runs did it
   */
  public void merge(List<ByteString> updates, boolean inBatch) {
    List<AccumulatorV2<?, ?>> added = new ArrayList<>();
    for (ByteString update : updates) {
      if (!update.isEmpty()) {
        added.addAll(shipping.accumulators(update));
      }
    }
    synchronized (this) {
      for (AccumulatorV2<?, ?> update : added) {
        AccumulatorV2<?, ?> accumulator = find(update.id());
        if (accumulator != null) {
          if (inBatch) {
            before.computeIfAbsent(update.id(), id -> accumulator.copy());
          }
          merge(accumulator, update);
        }
      }
    }
  }

  @GuardedBy("this")
  private AccumulatorV2<?, ?> find(long id) {
    WeakReference<AccumulatorV2<?, ?>> reference = known.get(id);
    AccumulatorV2<?, ?> accumulator = reference == null ? null : reference.get();
    if (accumulator == null) {
      known.remove(id);
    }
    return accumulator;
  }

  @SuppressWarnings("unchecked") // both come from one accumulator of the program
  private static <I, O> void merge(AccumulatorV2<I, O> into, AccumulatorV2<?, ?> from) {
    into.merge((AccumulatorV2<I, O>) from);
  }
}
