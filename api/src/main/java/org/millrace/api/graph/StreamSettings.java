package org.millrace.api.graph;

import java.util.Objects;
import java.util.Optional;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Duration;

/**
 * What a program asked of one stream apart from how it is computed.
 *
 * @param storageLevel how the datasets of each batch are kept for use by several outputs or batches
 * @param checkpointInterval how often its state should be made durable; the engine may do it more
 *     often
 */
public record StreamSettings(
    Optional<StorageLevel> storageLevel, Optional<Duration> checkpointInterval) {
  /** Nothing was asked. */
  public static final StreamSettings NONE = new StreamSettings(Optional.empty(), Optional.empty());

  /** Checks that everything is given. */
  public StreamSettings {
    Objects.requireNonNull(storageLevel, "storageLevel");
    Objects.requireNonNull(checkpointInterval, "checkpointInterval");
  }
}
