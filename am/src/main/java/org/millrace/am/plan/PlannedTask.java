package org.millrace.am.plan;

import java.util.Objects;

/**
 * A task of a job before it has a place. Immutable.
 *
 * @param stage index of its stage; a stage only reads shuffles of stages before it
 * @param partition index in the stage
 * @param writesShuffle shuffle that it is a map partition of, or -1
 * @param result place of its result in the job's results, or -1
 * @param argument of the sink
 */
public record PlannedTask(
    int stage,
    int partition,
    Pipeline pipeline,
    PlannedInput input,
    int writesShuffle,
    int result,
    String argument) {
  public PlannedTask {
    Objects.requireNonNull(pipeline, "pipeline");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(argument, "argument");
  }
}
