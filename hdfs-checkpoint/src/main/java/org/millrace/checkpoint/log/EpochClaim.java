package org.millrace.checkpoint.log;

import java.util.Objects;

/**
 * The right to write the log of one epoch, until a later epoch is claimed. Immutable.
 *
 * @param directory where the segments of this epoch go
 */
public record EpochClaim(long epoch, String applicationId, int attempt, String directory) {

  public EpochClaim {
    Objects.requireNonNull(applicationId, "applicationId");
    Objects.requireNonNull(directory, "directory");
  }
}
