package org.millrace.checkpoint.segment;

import java.time.Duration;
import java.util.Objects;
import org.millrace.checkpoint.files.CreateOptions;

/**
 * How a record log lays out its files and how long it waits for them. Immutable.
 *
 * @param segmentBytes a segment that has reached this size gets a successor
 * @param segmentAge so does one that is written to for so long
 * @param files how segments are placed until one has acknowledged a record
 * @param spareFiles how all later ones are placed
 * @param safety what a record must have survived before it counts as durable
 * @param hedge when unacknowledged records go to the spare as well
 * @param stallTimeout without any acknowledgement for so long the log has failed
 */
public record RecordLogOptions(
    long segmentBytes,
    Duration segmentAge,
    CreateOptions files,
    CreateOptions spareFiles,
    Safety safety,
    Hedge hedge,
    Duration stallTimeout) {

  /** What makes a record durable. */
  public enum Safety {
    /** It is in the memory of all replicas: hflush. */
    FLUSHED,
    /** It is on the disk of all replicas: hsync. */
    SYNCED
  }

  /**
   * The bounds of the wait before a hedge; between them recent flush times decide.
   *
   * @param least also how far above the usual time a flush may be
   * @param most also the wait while nothing is known yet
   */
  public record Hedge(Duration least, Duration most) {
    /** 50 ms to 1 s. */
    public static final Hedge DEFAULT = new Hedge(Duration.ofMillis(50), Duration.ofSeconds(1));

    public Hedge {
      if (least.compareTo(Duration.ofMillis(1)) < 0 || most.compareTo(least) < 0) {
        throw new IllegalArgumentException(
            "a hedge waits %s to %s, expected 1 ms or more, and the larger last"
                .formatted(least, most));
      }
    }
  }

  /** Segments of 64 MiB or an hour, spares with at most two replicas, flushed. */
  public static final RecordLogOptions DEFAULT =
      new RecordLogOptions(
          64L << 20,
          Duration.ofHours(1),
          CreateOptions.DEFAULT,
          CreateOptions.DEFAULT.withAtMost(2),
          Safety.FLUSHED,
          Hedge.DEFAULT,
          Duration.ofSeconds(45));

  public RecordLogOptions {
    Objects.requireNonNull(files, "files");
    Objects.requireNonNull(spareFiles, "spareFiles");
    Objects.requireNonNull(safety, "safety");
    if (segmentBytes < 1) {
      throw new IllegalArgumentException("segmentBytes is " + segmentBytes + ", at least 1");
    }
    if (segmentAge.isNegative() || segmentAge.isZero()) {
      throw new IllegalArgumentException("segmentAge is " + segmentAge + ", must be positive");
    }
    if (stallTimeout.compareTo(hedge.most()) <= 0) {
      throw new IllegalArgumentException(
          "stallTimeout is %s, expected more than the longest wait for a hedge, %s"
              .formatted(stallTimeout, hedge.most()));
    }
  }

  /** The same with segments of another size. */
  public RecordLogOptions withSegmentBytes(long bytes) {
    return new RecordLogOptions(bytes, segmentAge, files, spareFiles, safety, hedge, stallTimeout);
  }

  /** The same with other places for the replicas. */
  public RecordLogOptions withFiles(CreateOptions first, CreateOptions spares) {
    return new RecordLogOptions(
        segmentBytes, segmentAge, first, spares, safety, hedge, stallTimeout);
  }

  /** The same with another age at which a segment gets a successor. */
  public RecordLogOptions withSegmentAge(Duration age) {
    return new RecordLogOptions(segmentBytes, age, files, spareFiles, safety, hedge, stallTimeout);
  }

  /** The same with another safety. */
  public RecordLogOptions withSafety(Safety wanted) {
    return new RecordLogOptions(
        segmentBytes, segmentAge, files, spareFiles, wanted, hedge, stallTimeout);
  }

  /** The same with other waits. */
  public RecordLogOptions withWaits(Hedge bounds, Duration stall) {
    return new RecordLogOptions(segmentBytes, segmentAge, files, spareFiles, safety, bounds, stall);
  }
}
