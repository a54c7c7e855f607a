package org.millrace.checkpoint.files;

import java.util.List;

/**
 * How the replicas of a new file are placed; a file system without replicas ignores it. Immutable.
 *
 * @param replication the number of replicas, or 0 for the default of the file system
 * @param atMost a bound for that number, whatever the default is, or 0 for none
 * @param noLocalReplica whether to keep the first replica off the writer's own host, so that losing
 *     the host does not stall the recovery of the file
 * @param favoredNodes where replicas go if there is room, each as {@code host:port}; the file
 *     system chooses the others
 */
public record CreateOptions(
    int replication, int atMost, boolean noLocalReplica, List<String> favoredNodes) {

  /** As many replicas as the file system is configured for, placed as it likes. */
  public static final CreateOptions DEFAULT = new CreateOptions(0, false);

  public CreateOptions {
    if (replication < 0 || replication > Short.MAX_VALUE) {
      throw new IllegalArgumentException("replication is " + replication + ", expected 0 to 32767");
    }
    if (atMost < 0) {
      throw new IllegalArgumentException("atMost is " + atMost + ", expected 0 or more");
    }
    favoredNodes = List.copyOf(favoredNodes);
  }

  /** Without a bound, wherever the file system likes. */
  public CreateOptions(int replication, boolean noLocalReplica) {
    this(replication, 0, noLocalReplica, List.of());
  }

  /** The same with no more replicas than this. */
  public CreateOptions withAtMost(int replicas) {
    return new CreateOptions(replication, replicas, noLocalReplica, favoredNodes);
  }

  /** The same with replicas on these nodes. */
  public CreateOptions withFavoredNodes(List<String> nodes) {
    return new CreateOptions(replication, atMost, noLocalReplica, nodes);
  }

  /** The number of replicas for a file system with this default. */
  public int replicas(int byDefault) {
    int wanted = replication > 0 ? replication : byDefault;
    return atMost > 0 ? Math.min(atMost, wanted) : wanted;
  }
}
