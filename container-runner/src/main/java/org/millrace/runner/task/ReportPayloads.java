package org.millrace.runner.task;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TasksFinished;

/** The payload of a report of several tasks. */
public final class ReportPayloads {
  private ReportPayloads() {}

  /** What is of each of the tasks of the report, in their order. */
  public static List<Payload> of(TasksFinished report, Payload payload) {
    List<Payload> parts = new ArrayList<>(report.getTasksCount());
    if (payload instanceof Payload.Reference reference) {
      for (Object part : (List<?>) reference.object()) {
        parts.add(part == null ? Payload.NONE : new Payload.Reference(part));
      }
      return parts;
    }
    ByteBuffer rest = payload.bytes();
    for (TaskFinished task : report.getTasksList()) {
      int bytes = task.getPayloadBytes();
      if (bytes == 0) {
        parts.add(Payload.NONE);
      } else {
        parts.add(new Payload.Bytes(rest.slice(rest.position(), bytes)));
        rest.position(rest.position() + bytes);
      }
    }
    return parts;
  }
}
