package org.millrace.am.schedule;

import java.util.Objects;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.TaskFinished;

/** What the task of one result partition gave. Immutable. */
public record TaskResult(TaskFinished finished, Payload payload) {
  /** Of a task of which there is nothing to say but that it has finished. */
  static final TaskResult NOTHING = new TaskResult(TaskFinished.getDefaultInstance(), Payload.NONE);

  public TaskResult {
    Objects.requireNonNull(finished, "finished");
    Objects.requireNonNull(payload, "payload");
  }
}
