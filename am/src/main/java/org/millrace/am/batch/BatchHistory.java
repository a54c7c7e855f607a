package org.millrace.am.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The last batches that ended, a bounded number of them, and totals over all. Owned by the driver
 * loop.
 */
final class BatchHistory {
  private final int retained;
  private final Deque<BatchStatus> ended = new ArrayDeque<>();
  private long completed;
  private long skipped;
  private long records;
  private long lastProcessingNanos;

  BatchHistory(int retained) {
    this.retained = retained;
  }

  void add(BatchStatus status, long processingNanos) {
    switch (status.state()) {
      case COMPLETED -> {
        completed++;
        records += status.records();
      }
      case SKIPPED -> skipped++;
      default -> {}
    }
    lastProcessingNanos = processingNanos;
    ended.addFirst(status);
    if (ended.size() > retained) {
      ended.removeLast();
    }
  }

  /** The newest first. */
  List<BatchStatus> newest(int most) {
    List<BatchStatus> newest = new ArrayList<>(Math.min(most, ended.size()));
    for (Iterator<BatchStatus> all = ended.iterator(); all.hasNext() && newest.size() < most; ) {
      newest.add(all.next());
    }
    return newest;
  }

  long completed() {
    return completed;
  }

  long skipped() {
    return skipped;
  }

  /** Records of completed batches. */
  long records() {
    return records;
  }

  long lastProcessingNanos() {
    return lastProcessingNanos;
  }
}
