package org.millrace.am.batch;

import java.util.Objects;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.OnBatchFailure;
import org.millrace.runner.conf.Settings;

/**
 * What batches are run by. Immutable.
 *
 * @param maxWaiting batches that may wait for their turn; later ones are not cut before
 * @param outsidePatienceMs how long a batch is run again when it fails because storage or a sink is
 *     away, before {@code onFailure} says what becomes of it
 */
public record BatchPolicy(
    long intervalMs,
    OnBatchFailure onFailure,
    int retries,
    long retryDelayMs,
    int retained,
    int maxWaiting,
    long outsidePatienceMs) {
  public BatchPolicy {
    Objects.requireNonNull(onFailure, "onFailure");
    if (intervalMs < 1) {
      throw new IllegalArgumentException("intervalMs is " + intervalMs + ", expected 1 or more");
    }
    if (maxWaiting < 1) {
      throw new IllegalArgumentException("maxWaiting is " + maxWaiting + ", expected 1 or more");
    }
  }

  public static BatchPolicy of(long intervalMs, Settings settings) {
    return new BatchPolicy(
        intervalMs,
        settings.get(Keys.BATCH_ON_FAILURE),
        settings.get(Keys.BATCH_RETRIES),
        settings.get(Keys.BATCH_RETRY_DELAY),
        settings.get(Keys.BATCHES_RETAINED),
        settings.get(Keys.BATCHES_MAX_WAITING),
        settings.get(Keys.OUTPUT_PUBLISH_TIMEOUT));
  }
}
