package org.millrace.am.plan;

import java.util.List;
import java.util.Objects;
import org.millrace.runner.wire.proto.TaskInput;

/**
 * A task of a job before it has a place. Immutable.
 *
 * @param stage index of its stage; a stage only reads shuffles of stages before it
 * @param partition index in the stage
 * @param input block slices carry no holders yet
 * @param readsShuffle shuffle whose reduce partition {@code shufflePartition} it reads, or -1
 * @param writesShuffle shuffle that it is a map partition of, or -1
 * @param result place of its result in the job's results, or -1
 * @param argument of the sink
 * @param hosts hosts that hold its file range, the best first
 */
public record PlannedTask(
    int stage,
    int partition,
    Pipeline pipeline,
    TaskInput input,
    int readsShuffle,
    int shufflePartition,
    int writesShuffle,
    int result,
    String argument,
    List<String> hosts) {
  public PlannedTask {
    Objects.requireNonNull(pipeline, "pipeline");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(argument, "argument");
    hosts = List.copyOf(hosts);
  }
}
