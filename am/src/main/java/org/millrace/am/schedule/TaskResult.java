package org.millrace.am.schedule;

import java.util.Objects;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.TaskFinished;

/** What the task of one result partition gave. Immutable. */
public record TaskResult(TaskFinished finished, Payload payload) {
  public TaskResult {
    Objects.requireNonNull(finished, "finished");
    Objects.requireNonNull(payload, "payload");
  }
}
