package org.millrace.checkpoint.publish;

import java.util.Objects;

/**
 * A directory that was prepared under a name of its own, and the name it gets when it is published.
 * Immutable.
 */
public record StagedOutput(String stagedDirectory, String targetDirectory)
    implements PreparedOutput {

  public StagedOutput {
    Objects.requireNonNull(stagedDirectory, "stagedDirectory");
    Objects.requireNonNull(targetDirectory, "targetDirectory");
    if (stagedDirectory.equals(targetDirectory)) {
      throw new IllegalArgumentException(
          "Output " + targetDirectory + " is staged under its own target name");
    }
  }

  @Override
  public String description() {
    return targetDirectory + ", staged in " + stagedDirectory;
  }
}
