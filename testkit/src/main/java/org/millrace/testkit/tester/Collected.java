package org.millrace.testkit.tester;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.streaming.Time;

/**
 * What a stream had in each batch that completed, in the order of batches. A stream with a slide of
 * its own has nothing in the batches between; batches that failed or were skipped are left out. Not
 * thread-safe: read it in the test's thread.
 */
public final class Collected<T> {
  private final String stream;
  private final Map<Long, CollectedBatch<T>> running = new HashMap<>();
  private final List<CollectedBatch<T>> batches = new ArrayList<>();

  Collected(String stream) {
    this.stream = stream;
  }

  /** The batches so far, the oldest first; a copy. */
  public List<CollectedBatch<T>> batches() {
    return List.copyOf(batches);
  }

  /** The records of each batch, one partition after the other. */
  public List<List<T>> values() {
    return batches.stream().map(CollectedBatch::values).toList();
  }

  /** The records of each batch by partition. */
  public List<List<List<T>>> partitions() {
    return batches.stream().map(CollectedBatch::partitions).toList();
  }

  /**
   * The newest batch.
   *
   * @throws IllegalStateException when the stream had none yet
   */
  public CollectedBatch<T> last() {
    if (batches.isEmpty()) {
      throw new IllegalStateException(
          stream + " had no batch yet; call runBatches(n) with as many batches as its slide");
    }
    return batches.get(batches.size() - 1);
  }

  String stream() {
    return stream;
  }

  /** A batch that runs again replaces what it gave before. */
  void onRan(Time time, List<List<T>> partitions) {
    running.put(time.milliseconds(), new CollectedBatch<>(time, partitions));
  }

  /** Called in the order of batches. */
  void onCompleted(long batchTimeMs) {
    CollectedBatch<T> batch = running.remove(batchTimeMs);
    if (batch != null) {
      batches.add(batch);
    }
  }

  void onFailed(long batchTimeMs) {
    running.remove(batchTimeMs);
  }

  /** Batches that ran and of which nobody has said how they ended. */
  List<Long> undecided() {
    return running.keySet().stream().sorted().toList();
  }
}
