package org.millrace.checkpoint.log;

import java.util.Objects;
import org.millrace.checkpoint.files.CreateOptions;

/**
 * How an event log lays out its files. Immutable.
 *
 * @param segmentBytes a segment that has reached this size gets a successor
 */
public record EventLogOptions(long segmentBytes, CreateOptions files) {

  /** Segments of 64 MiB, with no replica on the driver's own host. */
  public static final EventLogOptions DEFAULT =
      new EventLogOptions(64L << 20, new CreateOptions(0, true));

  public EventLogOptions {
    Objects.requireNonNull(files, "files");
    if (segmentBytes < 1) {
      throw new IllegalArgumentException("segmentBytes is " + segmentBytes + ", at least 1");
    }
  }
}
