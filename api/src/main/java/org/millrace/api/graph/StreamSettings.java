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
 * @param uid the name that the program gave the stream, which outlives changes of the program
 */
public record StreamSettings(
    Optional<StorageLevel> storageLevel,
    Optional<Duration> checkpointInterval,
    Optional<String> uid) {
  /** Nothing was asked. */
  public static final StreamSettings NONE =
      new StreamSettings(Optional.empty(), Optional.empty(), Optional.empty());

  /** Checks that everything is given. */
  public StreamSettings {
    Objects.requireNonNull(storageLevel, "storageLevel");
    Objects.requireNonNull(checkpointInterval, "checkpointInterval");
    Objects.requireNonNull(uid, "uid");
  }

  /** Settings of a stream without a name of its own. */
  public StreamSettings(
      Optional<StorageLevel> storageLevel, Optional<Duration> checkpointInterval) {
    this(storageLevel, checkpointInterval, Optional.empty());
  }

  /** The same with the datasets kept. */
  public StreamSettings kept(StorageLevel level) {
    return new StreamSettings(Optional.of(level), checkpointInterval, uid);
  }

  /** The same with the state made durable so often. */
  public StreamSettings checkpointed(Duration interval) {
    return new StreamSettings(storageLevel, Optional.of(interval), uid);
  }

  /** The same with a name. */
  public StreamSettings named(String name) {
    return new StreamSettings(storageLevel, checkpointInterval, Optional.of(name));
  }
}
