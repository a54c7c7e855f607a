package org.millrace.am.plan;

import java.util.List;
import java.util.Set;

/**
 * A job: all its tasks and the shuffles between them. Immutable.
 *
 * @param tasks by stage, then by partition
 * @param shuffles by shuffle id, from 0
 * @param places tasks that name equal places run on the same executor
 * @param residents executors that must live for the plan to hold: they keep what tasks read
 * @param resultCount how many results the job has; for those that no task gives nothing is to be
 *     done
 */
public record JobPlan(
    String description,
    List<PlannedTask> tasks,
    List<PlannedShuffle> shuffles,
    List<Place> places,
    Set<Integer> residents,
    int resultCount) {
  public JobPlan {
    tasks = List.copyOf(tasks);
    shuffles = List.copyOf(shuffles);
    places = List.copyOf(places);
    residents = Set.copyOf(residents);
  }

  /** A shuffle between the map partitions of one stage and the partitions of later ones. */
  public record PlannedShuffle(int shuffleId, int mapCount, int partitionCount) {}

  /**
   * Where tasks run.
   *
   * @param executorId -1 for the executor that partitions {@code alignment} of all shuffles go to
   */
  public record Place(int executorId, int alignment) {}
}
