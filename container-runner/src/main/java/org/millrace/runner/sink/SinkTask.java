package org.millrace.runner.sink;

import java.util.Objects;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.streaming.Time;

/**
 * What all tasks that write one batch to a sink have in common; travels as their argument.
 * Immutable.
 *
 * @param run differs each time that a batch of the output is written in an epoch, from 0
 */
public record SinkTask(SinkContext output, Time batchTime, int partitionCount, long run) {
  /** Of placements and attempts of one run, as many fit side by side. */
  private static final int PLACEMENT_BITS = 16;

  private static final int ATTEMPT_BITS = 8;

  public SinkTask {
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(batchTime, "batchTime");
  }

  /** The task that an argument stands for. */
  public static SinkTask decode(String argument) {
    String[] parts = argument.split(" ", 6);
    return new SinkTask(
        new SinkContext(parts[5], parts[4], Long.parseLong(parts[1])),
        new Time(Long.parseLong(parts[0])),
        Integer.parseInt(parts[2]),
        Long.parseLong(parts[3]));
  }

  /** The argument; the name of an output has no space. */
  public String encode() {
    return batchTime.milliseconds()
        + " "
        + output.epoch()
        + " "
        + partitionCount
        + " "
        + run
        + " "
        + output.outputId()
        + " "
        + output.application();
  }

  /** The attempt at a partition that the scheduler numbered so. */
  public SinkAttempt attempt(int partition, int placementVersion, int attempt) {
    long number =
        (run << (PLACEMENT_BITS + ATTEMPT_BITS))
            + ((long) placementVersion << ATTEMPT_BITS)
            + attempt;
    return new SinkAttempt(output, batchTime, partition, partitionCount, number);
  }
}
