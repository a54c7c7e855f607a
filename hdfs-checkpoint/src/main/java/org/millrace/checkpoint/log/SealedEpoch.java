package org.millrace.checkpoint.log;

import java.util.Objects;

/**
 * An epoch whose writer is fenced. Immutable.
 *
 * @param directory where its segments are now
 */
public record SealedEpoch(long epoch, String directory) {

  public SealedEpoch {
    Objects.requireNonNull(directory, "directory");
  }
}
