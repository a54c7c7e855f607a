package org.millrace.testkit.tester;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.millrace.api.streaming.Time;
import org.millrace.runner.conf.Keys;

/** Each batch fails once behind each output that is collected. */
final class FailedBatches extends Disturbance {
  private final Set<Output> failed = new HashSet<>();

  private record Output(int index, Time batchTime) {}

  @Override
  Map<String, String> configuration() {
    return Map.of(
        Keys.BATCH_ON_FAILURE.name(), "retry",
        Keys.BATCH_RETRIES.name(), "1000",
        Keys.BATCH_RETRY_DELAY.name(), "0ms");
  }

  @Override
  void onCollected(int output, Time batchTime) {
    if (failed.add(new Output(output, batchTime))) {
      throw new IllegalStateException("each batch fails once");
    }
  }

  @Override
  boolean happened() {
    return !failed.isEmpty();
  }

  @Override
  public String toString() {
    return "failed batches";
  }
}
