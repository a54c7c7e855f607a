package org.millrace.testkit.tester;

import java.util.HashMap;
import java.util.Map;
import org.millrace.runner.wire.proto.Envelope;

/** Counts the tasks of batches by the messages that go by. Not thread-safe. */
final class BatchTasks {
  private final Map<Long, Long> batchTimes = new HashMap<>();
  private int finished;

  /** Whether the message is the end of a task of a batch. */
  boolean onSend(Envelope message) {
    if (message.hasRunTasks()) {
      batchTimes.put(message.getRunTasks().getJobId(), message.getRunTasks().getBatchTimeMs());
    } else if (message.hasTaskFinished() && batchTimeMs(message) >= 0) {
      finished++;
      return true;
    }
    return false;
  }

  /** The batch of a task that finished; -1 for none. */
  long batchTimeMs(Envelope taskFinished) {
    return batchTimes.getOrDefault(taskFinished.getTaskFinished().getJobId(), -1L);
  }

  int finished() {
    return finished;
  }
}
