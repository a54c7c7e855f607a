package org.millrace.runner.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.TaskFailed;
import org.millrace.runner.wire.proto.TaskFinished;

/**
 * Tells the driver how tasks ended; holds it back while the driver is not heard. A task that has
 * finished waits for the others that its job has here, so that there is one report for them, until
 * {@link #flush} or until what waits is large. Thread-safe.
 */
final class TaskReports {
  private static final int MOST_WAITING_BYTES = 256 << 10;
  private static final int MAX_TRACE_CHARS = 32_768;
  private static final int MAX_MESSAGE_CHARS = 8_192;

  private final PeerLinks links;
  private final TaskReporting reporting;

  @GuardedBy("this")
  private final List<Report> heldBack = new ArrayList<>();

  @GuardedBy("this")
  private boolean suspended;

  @GuardedBy("this")
  private boolean closed;

  /** Jobs that have tasks here which have not ended, or that are not reported. */
  @GuardedBy("this")
  private final Map<Long, FinishedTasks> open = new HashMap<>();

  private record Report(Envelope.Builder message, Object payloadOrNull) {}

  TaskReports(PeerLinks links, TaskReporting reporting) {
    this.links = links;
    this.reporting = reporting;
  }

  /** So many more tasks of this placement of the job are here. */
  void begun(long jobId, int placementVersion, int tasks) {
    if (reporting == TaskReporting.EACH || tasks == 0) {
      return;
    }
    Report report = null;
    synchronized (this) {
      FinishedTasks job = open.get(jobId);
      if (job == null || job.placementVersion() != placementVersion) {
        report = reportOrNull(job);
        job = new FinishedTasks(jobId, placementVersion);
        open.put(jobId, job);
      }
      job.awaited += tasks;
    }
    send(report);
  }

  /**
   * @param report what there is to say beside the result
   */
  void finished(TaskKey task, Sink.Result result, TaskFinished.Builder report) {
    report
        .setStage(task.stage())
        .setPartition(task.partition())
        .setAttempt(task.attempt())
        .setResultCount(result.recordCount())
        .setOutputFile(result.outputFile())
        .setOutputBytes(result.outputBytes());
    if (reporting == TaskReporting.EACH) {
      report.setJobId(task.jobId()).setPlacementVersion(task.placementVersion());
      send(new Report(Envelope.newBuilder().setTaskFinished(report), result.payloadOrNull()));
      return;
    }
    Report due = null;
    synchronized (this) {
      FinishedTasks job = open.get(task.jobId());
      if (job == null || job.placementVersion() != task.placementVersion()) {
        job = new FinishedTasks(task.jobId(), task.placementVersion());
        job.add(report.build(), result.payloadOrNull());
        due = reportOrNull(job);
      } else {
        job.add(report.build(), result.payloadOrNull());
        if (ended(job) || job.waitingBytes() > MOST_WAITING_BYTES) {
          due = reportOrNull(job);
        }
      }
    }
    send(due);
  }

  /** One task less is awaited; true when it was the last one. */
  @GuardedBy("this")
  private boolean ended(FinishedTasks job) {
    job.awaited--;
    if (job.awaited == 0) {
      open.remove(job.jobId());
    }
    return job.awaited == 0;
  }

  /** A task that did not finish has ended: those that wait for it wait no longer. */
  private void endedOtherwise(TaskKey task) {
    Report due = null;
    synchronized (this) {
      FinishedTasks job = open.get(task.jobId());
      if (job != null && job.placementVersion() == task.placementVersion() && ended(job)) {
        due = reportOrNull(job);
      }
    }
    send(due);
  }

  private Report reportOrNull(FinishedTasks job) {
    if (job == null || job.isEmpty()) {
      return null;
    }
    Object payloadOrNull = job.payloadOrNull();
    return new Report(Envelope.newBuilder().setTasksFinished(job.take()), payloadOrNull);
  }

  /** The job is over, or placements up to this one, 0 for all; what was left is told anyway. */
  void endJob(long jobId, int placementVersion) {
    Report due = null;
    synchronized (this) {
      FinishedTasks job = open.get(jobId);
      if (job != null && (placementVersion == 0 || job.placementVersion() <= placementVersion)) {
        open.remove(jobId);
        due = reportOrNull(job);
      }
    }
    send(due);
  }

  /** Nothing waits any longer. */
  void flush() {
    List<Report> due = new ArrayList<>();
    synchronized (this) {
      for (FinishedTasks job : open.values()) {
        Report report = reportOrNull(job);
        if (report != null) {
          due.add(report);
        }
      }
    }
    due.forEach(this::send);
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
    send(new Report(Envelope.newBuilder().setTaskFailed(message), null));
    endedOtherwise(task);
  }

  /** The driver must send these template and function set ids again, with the task. */
  void missing(TaskKey task, List<ByteString> ids) {
    TaskFailed.Builder message =
        header(task)
            .setErrorCode(ErrorCode.INTERNAL.number())
            .setMessage("this executor does not hold the template or the functions of " + task)
            .addAllMissing(ids);
    send(new Report(Envelope.newBuilder().setTaskFailed(message), null));
    endedOtherwise(task);
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

  private void send(Report report) {
    synchronized (this) {
      if (closed || report == null) {
        return;
      }
      if (suspended) {
        heldBack.add(report);
        return;
      }
    }
    links.sendToDriver(report.message, report.payloadOrNull);
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
    open.clear();
  }
}
