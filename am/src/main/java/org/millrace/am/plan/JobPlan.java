package org.millrace.am.plan;

import java.util.List;

/**
 * A job: all its tasks and the shuffles between them. Immutable.
 *
 * @param tasks by stage, then by partition
 * @param shuffles by shuffle id, from 0
 * @param resultCount how many tasks give a result
 */
public record JobPlan(
    String description, List<PlannedTask> tasks, List<PlannedShuffle> shuffles, int resultCount) {
  public JobPlan {
    tasks = List.copyOf(tasks);
    shuffles = List.copyOf(shuffles);
  }

  /** A shuffle between the map partitions of one stage and the partitions of later ones. */
  public record PlannedShuffle(int shuffleId, int mapCount, int partitionCount) {}
}
