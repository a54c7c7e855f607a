package org.millrace.runner.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;

/** Tells the driver how tasks ended; holds it back while the driver is not heard. Thread-safe. */
final class TaskReports {
  private static final int MAX_TRACE_CHARS = 32_768;
  private static final int MAX_MESSAGE_CHARS = 8_192;

  private final PeerLinks links;

  @GuardedBy("this")
  private final List<Report> heldBack = new ArrayList<>();

  @GuardedBy("this")
  private boolean suspended;

  @GuardedBy("this")
  private boolean closed;

  private record Report(Envelope.Builder message, Object payloadOrNull) {}

  TaskReports(PeerLinks links) {
    this.links = links;
  }

  /**
   * @param report what there is to say beside the result
   */
  void finished(TaskKey task, Sink.Result result, TaskFinished.Builder report) {
    report
        .setJobId(task.jobId())
        .setPlacementVersion(task.placementVersion())
        .setStage(task.stage())
        .setPartition(task.partition())
        .setAttempt(task.attempt())
        .setResultCount(result.recordCount())
        .setOutputFile(result.outputFile())
        .setOutputBytes(result.outputBytes());
    send(Envelope.newBuilder().setTaskFinished(report), result.payloadOrNull());
  }

  void failed(TaskKey task, Throwable cause) {
    ErrorCode code =
        cause instanceof MillraceException known ? known.code() : ErrorCode.TASK_FAILED;
    TaskFailed.Builder message =
        header(task)
            .setErrorCode(code.number())
            .setErrorClass(cause.getClass().getName())
            .setMessage(cut(messageOf(cause), MAX_MESSAGE_CHARS))
            .setStackTrace(cut(trace(cause), MAX_TRACE_CHARS));
    send(Envelope.newBuilder().setTaskFailed(message), null);
  }

  /** The driver must send these template and function set ids again, with the task. */
  void missing(TaskKey task, List<ByteString> ids) {
    TaskFailed.Builder message =
        header(task)
            .setErrorCode(ErrorCode.INTERNAL.number())
            .setMessage("this executor does not hold the template or the functions of " + task)
            .addAllMissing(ids);
    send(Envelope.newBuilder().setTaskFailed(message), null);
  }

  private static TaskFailed.Builder header(TaskKey task) {
    return TaskFailed.newBuilder()
        .setJobId(task.jobId())
        .setPlacementVersion(task.placementVersion())
        .setStage(task.stage())
        .setPartition(task.partition())
        .setAttempt(task.attempt());
  }

  /** Whatever a user's exception does when it is asked. */
  private static String messageOf(Throwable cause) {
    try {
      return String.valueOf(cause.getMessage());
    } catch (RuntimeException e) {
      return "(its message failed with " + e.getClass().getName() + ")";
    }
  }

  private static String trace(Throwable cause) {
    StringWriter text = new StringWriter();
    try {
      cause.printStackTrace(new PrintWriter(text));
    } catch (RuntimeException e) {
      text.append("(its stack trace failed with ").append(e.getClass().getName()).append(')');
    }
    return text.toString();
  }

  private static String cut(String text, int limit) {
    return text.length() <= limit ? text : text.substring(0, limit) + "...";
  }

  private void send(Envelope.Builder message, Object payloadOrNull) {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (suspended) {
        heldBack.add(new Report(message, payloadOrNull));
        return;
      }
    }
    links.sendToDriver(message, payloadOrNull);
  }

  synchronized void suspend() {
    suspended = true;
  }

  void resume() {
    List<Report> reports;
    synchronized (this) {
      suspended = false;
      reports = List.copyOf(heldBack);
      heldBack.clear();
    }
    for (Report report : reports) {
      links.sendToDriver(report.message, report.payloadOrNull);
    }
  }

  synchronized void close() {
    closed = true;
    heldBack.clear();
  }
}
