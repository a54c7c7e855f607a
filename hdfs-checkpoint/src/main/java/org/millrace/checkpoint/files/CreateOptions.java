package org.millrace.checkpoint.files;

/**
 * How the replicas of a new file are placed; a file system without replicas ignores it. Immutable.
 *
 * @param replication the number of replicas, or 0 for the default of the file system
 * @param noLocalReplica whether to keep the first replica off the writer's own host, so that losing
 *     the host does not stall the recovery of the file
 */
public record CreateOptions(int replication, boolean noLocalReplica) {

  /** As many replicas as the file system is configured for, placed as it likes. */
  public static final CreateOptions DEFAULT = new CreateOptions(0, false);

  public CreateOptions {
    if (replication < 0 || replication > Short.MAX_VALUE) {
      throw new IllegalArgumentException("replication is " + replication + ", expected 0 to 32767");
    }
  }
}
