package org.millrace.am.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.millrace.am.batch.BatchStatus;
import org.millrace.am.batch.BatchStatus.InputStatus;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.am.dataset.DatasetStatus;
import org.millrace.am.driver.ApplicationStatus;
import org.millrace.am.driver.ApplicationStatus.CheckpointStatus;
import org.millrace.am.driver.ApplicationStatus.ExecutorStatus;
import org.millrace.am.driver.ApplicationStatus.Totals;
import org.millrace.am.files.FileSourceStatus;
import org.millrace.am.receive.ReceiverStatus;

/** An application with a clock of its own, to which tests add what its page has to show. */
public final class FakeApplication implements IntFunction<ApplicationStatus> {
  public static final long START_MS = 1_795_248_000_000L;
  public static final long INTERVAL_MS = 1_000;

  public final List<BatchStatus> newestFirst = new ArrayList<>();
  public final List<ReceiverStatus> receivers = new ArrayList<>();
  public final List<FileSourceStatus> files = new ArrayList<>();
  public final List<DatasetStatus> datasets = new ArrayList<>();
  public final List<ExecutorStatus> executors = new ArrayList<>();
  public final List<String> warnings = new ArrayList<>();
  public final Map<String, String> configuration = new TreeMap<>();
  public Optional<CheckpointStatus> checkpoint = Optional.empty();
  public String name = "Network word count";
  public String state = "running";
  public String failure = "";
  public long intervalMs = INTERVAL_MS;
  public long nowMs = START_MS + 60_000;
  public Totals totals = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0);

  @Override
  public ApplicationStatus apply(int mostBatches) {
    return new ApplicationStatus(
        name,
        "application_1795248000000_0007",
        "ada",
        "yarn",
        state,
        1,
        START_MS,
        nowMs,
        intervalMs,
        totals,
        newestFirst.subList(0, Math.min(mostBatches, newestFirst.size())),
        receivers,
        files,
        datasets,
        executors,
        checkpoint,
        configuration,
        warnings,
        failure);
  }

  /** Adds a batch that completed: its number, its records, and how long it waited and took. */
  public void addCompleted(int number, long records, long schedulingMs, long processingMs) {
    addEnded(number, State.COMPLETED, records, schedulingMs, processingMs, "");
  }

  public void addEnded(
      int number, State end, long records, long schedulingMs, long processingMs, String error) {
    long timeMs = START_MS + number * intervalMs;
    newestFirst.add(
        0,
        new BatchStatus(
            timeMs,
            end,
            records,
            List.of(new InputStatus(0, records, 0, "2 blocks")),
            timeMs + 1,
            timeMs + 1 + schedulingMs,
            timeMs + 1 + schedulingMs + processingMs,
            end == State.COMPLETED ? 2 : 1,
            2,
            error));
  }

  /** Adds a batch that runs, or waits. */
  public void addActive(int number, State active, long records) {
    long timeMs = START_MS + number * intervalMs;
    newestFirst.add(
        0,
        new BatchStatus(
            timeMs,
            active,
            records,
            List.of(new InputStatus(0, records, 0, "2 blocks")),
            timeMs + 1,
            active == State.RUNNING ? timeMs + 5 : -1,
            -1,
            active == State.RUNNING ? 1 : 0,
            2,
            ""));
  }

  public void addReceiver(int inputId, String receiverName, String lastError) {
    receivers.add(
        new ReceiverStatus(
            inputId,
            receiverName,
            inputId + 1,
            "node" + inputId,
            "active",
            6_000,
            96_000,
            120,
            10_000,
            0,
            false,
            lastError.isEmpty() ? 0 : 1,
            2,
            2,
            lastError,
            lastError.isEmpty() ? 0 : START_MS + 30_000));
  }

  public void addExecutor(int id, String logUrl) {
    executors.add(
        new ExecutorStatus(
            id,
            "container_1795248000000_0007_01_00000" + (id + 1),
            "node" + id,
            2,
            START_MS + 2_000,
            40,
            1,
            64L << 20,
            512L << 20,
            0,
            logUrl));
  }
}
