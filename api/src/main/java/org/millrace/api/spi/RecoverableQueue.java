package org.millrace.api.spi;

import java.util.Optional;
import java.util.Queue;
import org.millrace.api.RDD;
import org.millrace.api.streaming.Time;

/**
 * A queue that knows which batch took what. When a program gives it to {@code queueStream} and has
 * it again after a restart, the application goes on with it from a checkpoint without a loss.
 *
 * @param <T> type of the records
 */
public interface RecoverableQueue<T> extends Queue<RDD<T>> {
  /** Takes the dataset of a batch, one for each; null when there is none. */
  RDD<T> take(Time batchTime);

  /** What a batch took; empty when it took nothing. */
  Optional<RDD<T>> again(Time batchTime);

  /** Puts back, to where it was, what batches later than this one took. */
  void goOnAfter(Time lastBatch);
}
