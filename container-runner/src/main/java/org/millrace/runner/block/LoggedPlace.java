package org.millrace.runner.block;

import java.util.Objects;
import org.millrace.checkpoint.segment.RecordLocation;

/**
 * Where the write-ahead log of this executor has a block, durably. Immutable.
 *
 * @param directory of the log
 */
public record LoggedPlace(String directory, RecordLocation location) {
  public LoggedPlace {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(location, "location");
  }
}
