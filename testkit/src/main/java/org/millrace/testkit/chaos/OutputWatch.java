package org.millrace.testkit.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/**
 * Notes when each batch of rows appears, from outside: whoever reads the outputs of the application
 * sees it then. Thread-safe.
 */
final class OutputWatch {
  private static final long POLL_MS = 100;
  private static final long LIST_MS = 5_000;
  private static final long BATCH_MS = 1_000;

  private final HdfsOutputs outputs;
  private final Thread thread = new Thread(this::watch, "chaos-outputs");

  // Guarded by this.
  private final List<Seen> seen = new ArrayList<>();

  /** A batch, and when it was first seen. */
  record Seen(long batchTimeMs, long atMs) {}

  OutputWatch(HdfsOutputs outputs) {
    this.outputs = outputs;
    thread.setDaemon(true);
    thread.start();
  }

  /** How many batches were seen. */
  synchronized int count() {
    return seen.size();
  }

  /** The newest batch's time; 0 when there is none. */
  synchronized long newestMs() {
    return seen.isEmpty() ? 0 : seen.get(seen.size() - 1).batchTimeMs();
  }

  /** How far the newest batch that can be read is behind the clock. */
  long lagMs() {
    return System.currentTimeMillis() - newestMs();
  }

  /**
   * The longest time without a new batch that began or ended between these moments, or contains
   * them.
   */
  synchronized long longestGapMs(long fromMs, long untilMs) {
    long longestMs = 0;
    for (int i = 1; i <= seen.size(); i++) {
      long beganMs = seen.get(i - 1).atMs();
      long endedMs = i < seen.size() ? seen.get(i).atMs() : untilMs;
      if (endedMs >= fromMs && beganMs <= untilMs) {
        longestMs = Math.max(longestMs, endedMs - beganMs);
      }
    }
    return longestMs;
  }

  private void watch() {
    long listedMs = 0;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          long nowMs = System.currentTimeMillis();
          long newestMs = newestMs();
          if (newestMs > 0 && outputs.has(Outputs.ROWS, newestMs + BATCH_MS)) {
            note(newestMs + BATCH_MS);
            continue;
          }
          if (newestMs == 0 || (nowMs - listedMs > LIST_MS && lagMs() > LIST_MS)) {
            // Batches without this one's successor: after a pause of the application, or at first.
            SortedSet<Long> later = outputs.times(Outputs.ROWS).tailSet(newestMs + 1);
            listedMs = nowMs;
            later.forEach(this::note);
          }
        } catch (IOException away) {
          // The NameNode is away: nobody can read outputs now, and the gap is one for all.
          Thread.sleep(POLL_MS);
        }
        Thread.sleep(POLL_MS);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void note(long batchTimeMs) {
    seen.add(new Seen(batchTimeMs, System.currentTimeMillis()));
  }

  void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
