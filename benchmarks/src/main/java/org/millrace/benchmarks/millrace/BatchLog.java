package org.millrace.benchmarks.millrace;

import java.util.ArrayList;
import java.util.List;

/**
 * What was cut and what came out of it, batch by batch. Thread-safe ({@code synchronized}: cuts and
 * outputs come on threads of the driver, questions from the main thread).
 */
final class BatchLog {
  /**
   * A batch; times are {@link System#nanoTime()}, its weight is that of its records, its result
   * what the output counted.
   */
  record Batch(
      int number,
      long from,
      long to,
      long weight,
      long cutNanos,
      long startNanos,
      long endNanos,
      long result) {
    long records() {
      return to - from;
    }

    /** Of its output, the job included. */
    long processingNanos() {
      return endNanos - startNanos;
    }
  }

  /** Is told when a batch's output ended, on its thread. */
  interface Listener {
    void ended(Batch batch);
  }

  private record Cut(long from, long to, long weight, long nanos) {}

  private final List<Cut> cuts = new ArrayList<>();
  private final List<Batch> ended = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();

  /** Each listener hears of all batches from now on. */
  synchronized void listen(Listener listener) {
    listeners.add(listener);
  }

  /** The next batch has these records. */
  synchronized void cut(long from, long to, long weight) {
    cuts.add(new Cut(from, to, weight, System.nanoTime()));
  }

  /** The output of the next batch ended. */
  void ended(long startNanos, long result) {
    Batch batch;
    List<Listener> told;
    synchronized (this) {
      Cut cut = cuts.get(ended.size());
      batch =
          new Batch(
              ended.size(),
              cut.from(),
              cut.to(),
              cut.weight(),
              cut.nanos(),
              startNanos,
              System.nanoTime(),
              result);
      ended.add(batch);
      told = List.copyOf(listeners);
      notifyAll();
    }
    told.forEach(listener -> listener.ended(batch));
  }

  /** Batches that were cut and whose output has not ended. */
  synchronized int waiting() {
    return cuts.size() - ended.size();
  }

  /** All whose output ended, in order. */
  synchronized List<Batch> batches() {
    return List.copyOf(ended);
  }
}
