package org.millrace.benchmarks.scale;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.task.TaskForms;
import org.millrace.runner.task.TaskReporting;
import org.millrace.runner.task.TaskSettings;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ExecutorRegistered;
import org.millrace.runner.wire.proto.FinishedGroup;
import org.millrace.runner.wire.proto.FinishedStates;
import org.millrace.runner.wire.proto.Heartbeat;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.RegisterExecutor;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShuffleSpec;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SnapshotPartition;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.StoredPartition;
import org.millrace.runner.wire.proto.StreamMark;
import org.millrace.runner.wire.proto.TakeSnapshot;
import org.millrace.runner.wire.proto.TaskFinished;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskMetrics;
import org.millrace.runner.wire.proto.TaskSpec;
import org.millrace.runner.wire.proto.TasksFinished;
import org.millrace.runner.wire.proto.Template;
import org.millrace.runner.wire.proto.Wiring;
import org.millrace.runner.wire.proto.WrittenSection;

/**
 * Says what an executor would say: heartbeats, marks of receivers that store a block each interval,
 * and that tasks have finished. It runs nothing. Not thread-safe.
 */
final class SimulatedExecutor {
  private static final long RECORDS_IN_A_BLOCK = 1_000;
  private static final long BLOCK_BYTES = 100_000;

  private final SimulatedFleet fleet;
  private final SimulatedFleet.Link link;
  private final int number;
  private final Map<Long, Received> streams = new TreeMap<>();

  /** Whether tasks of a template write a shuffle. */
  private final Map<ByteString, Boolean> maps = new HashMap<>();

  private final Set<ByteString> wirings = new HashSet<>();
  private long epoch;
  private long heartbeatNanos = TimeUnit.MILLISECONDS.toNanos(100);
  private long sequence;
  private long answeredPing;
  private boolean ended;

  private static final class Received {
    long from;
    long until;
  }

  SimulatedExecutor(SimulatedFleet fleet, int number) {
    this.fleet = fleet;
    this.number = number;
    this.link = fleet.new Link(this);
  }

  String name() {
    return "container-" + number;
  }

  void register() {
    send(
        Envelope.newBuilder()
            .setRegisterExecutor(
                RegisterExecutor.newBuilder()
                    .setContainer(name())
                    .setHost("host-" + number)
                    .setDataPort(7_000)
                    .setCores(fleet.cores())
                    .setMemoryBytes(1L << 34)
                    .setJavaVersion("17")
                    .setLogUrl("http://host-" + number + ":8042/logs")));
  }

  void end() {
    ended = true;
  }

  private void send(Envelope.Builder message) {
    link.toDriver(message.setEpoch(epoch).build());
  }

  void onMessage(Envelope message) {
    if (ended) {
      return;
    }
    epoch = message.getEpoch();
    message.getBeforeList().forEach(this::onContent);
    onContent(message);
  }

  private void onContent(Envelope message) {
    switch (message.getMessageCase()) {
      case EXECUTOR_REGISTERED -> onRegistered(message.getExecutorRegistered());
      case PING -> {
        answeredPing = message.getPing().getNumber();
        if (message.getPing().getHeartbeatMs() > 0) {
          heartbeatNanos = TimeUnit.MILLISECONDS.toNanos(message.getPing().getHeartbeatMs());
        }
        heartbeat();
      }
      case RUN_TASKS -> runTasks(message.getRunTasks());
      case START_RECEIVER -> startReceiver(message.getStartReceiver());
      case RELEASE_BLOCKS -> {
        for (StreamMark mark : message.getReleaseBlocks().getStreamsList()) {
          Received stream = streams.get(mark.getStreamId());
          if (stream != null) {
            stream.from = Math.max(stream.from, mark.getUntil());
          }
        }
      }
      case TAKE_SNAPSHOT -> takeSnapshot(message.getTakeSnapshot());
      case SHUT_DOWN -> ended = true;
      default -> {
        // What else the driver says makes an executor do something, and not say anything.
      }
    }
  }

  private void onRegistered(ExecutorRegistered message) {
    Settings settings = Settings.resolve(message.getConfigurationMap());
    if (settings.isGiven(Keys.EXECUTOR_HEARTBEAT_INTERVAL)) {
      heartbeatNanos =
          TimeUnit.MILLISECONDS.toNanos(settings.get(Keys.EXECUTOR_HEARTBEAT_INTERVAL));
    }
    // Not all at the same time.
    fleet.world().executors(heartbeatNanos * (number % 100) / 100, this::beat);
  }

  private void beat() {
    if (!ended) {
      heartbeat();
      fleet.world().executors(heartbeatNanos, this::beat);
    }
  }

  private void heartbeat() {
    Heartbeat.Builder message =
        Heartbeat.newBuilder()
            .setSequence(sequence++)
            .setMemoryUsedBytes(1L << 32)
            .setMemoryLimitBytes(1L << 33)
            .setAnsweredPing(answeredPing);
    streams.forEach(
        (id, stream) ->
            message.addMarks(
                StreamMark.newBuilder()
                    .setStreamId(id)
                    .setFrom(stream.from)
                    .setUntil(stream.until)
                    .setPrimary(true)
                    .setRecordCount(stream.until * RECORDS_IN_A_BLOCK)
                    .setByteCount(stream.until * BLOCK_BYTES)
                    .setUntilRecords(stream.until * RECORDS_IN_A_BLOCK)));
    send(Envelope.newBuilder().setHeartbeat(message));
  }

  private void takeSnapshot(TakeSnapshot message) {
    SnapshotWritten.Builder written =
        SnapshotWritten.newBuilder()
            .setSnapshotId(message.getSnapshotId())
            .setPath(message.getDirectory() + "/" + message.getFile())
            .setFileBytes(message.getPartitionsCount() * BLOCK_BYTES);
    for (int i = 0; i < message.getPartitionsCount(); i++) {
      SnapshotPartition partition = message.getPartitions(i);
      written.addSections(
          WrittenSection.newBuilder()
              .setStateId(partition.getStateId())
              .setPartition(partition.getPartition())
              .setSection(i)
              .setBytes(BLOCK_BYTES)
              .setRows(RECORDS_IN_A_BLOCK)
              .setVersionMs(partition.getVersionMs()));
    }
    fleet
        .world()
        .executors(
            TimeUnit.MILLISECONDS.toNanos(200 + message.getDelayMs()),
            () -> send(Envelope.newBuilder().setSnapshotWritten(written)));
  }

  private void startReceiver(StartReceiver message) {
    Received stream = new Received();
    streams.put(message.getStreamId(), stream);
    send(
        Envelope.newBuilder()
            .setReceiverReport(
                ReceiverReport.newBuilder()
                    .setReceiverId(message.getReceiverId())
                    .setStreamId(message.getStreamId())
                    .setState(ReceiverState.STARTED)));
    long intervalNanos = TimeUnit.MILLISECONDS.toNanos(message.getBlockIntervalMs());
    fleet
        .world()
        .executors(intervalNanos * (number % 100) / 100, () -> store(stream, intervalNanos));
  }

  private void store(Received stream, long intervalNanos) {
    if (!ended) {
      stream.until++;
      fleet.onBlock();
      heartbeat();
      fleet.world().executors(intervalNanos, () -> store(stream, intervalNanos));
    }
  }

  private void runTasks(RunTasks message) {
    for (Template template : message.getTemplatesList()) {
      maps.put(template.getId(), template.getSink().getKind() == SinkKind.SHUFFLE_WRITE);
    }
    for (Wiring wiring : message.getWiringsList()) {
      wirings.add(wiring.getId());
    }
    for (ShuffleSpec shuffle : message.getShufflesList()) {
      if (!shuffle.getWiring().isEmpty() && !wirings.contains(shuffle.getWiring())) {
        throw new IllegalStateException("the driver names a wiring that it has not sent");
      }
    }
    List<TaskFinished> mapped = new ArrayList<>();
    List<TaskFinished> reduced = new ArrayList<>();
    for (TaskSpec task : TaskForms.tasks(message)) {
      (maps.get(task.getTemplateId()) ? mapped : reduced).add(finished(message, task));
    }
    if (TaskSettings.DEFAULT.reports() == TaskReporting.EACH) {
      report(mapped, fleet.taskNanos());
      report(reduced, 2 * fleet.taskNanos());
      return;
    }
    TasksFinished report = together(message, mapped, reduced);
    fleet
        .world()
        .executors(
            fleet.taskNanos() * (reduced.isEmpty() ? 1 : 2),
            () -> send(Envelope.newBuilder().setTasksFinished(report)));
  }

  private static TasksFinished together(
      RunTasks job, List<TaskFinished> mapped, List<TaskFinished> reduced) {
    TasksFinished.Builder report =
        TasksFinished.newBuilder()
            .setJobId(job.getJobId())
            .setPlacementVersion(job.getPlacementVersion());
    FinishedStates.Builder states = FinishedStates.newBuilder();
    for (List<TaskFinished> tasks : List.of(mapped, reduced)) {
      Map<Integer, FinishedGroup.Builder> groups = new TreeMap<>();
      for (TaskFinished task : tasks) {
        if (task.getStoredCount() > 0 || task.getAttempt() > 0) {
          report.addTasks(task);
          continue;
        }
        groups
            .computeIfAbsent(task.getStage(), stage -> FinishedGroup.newBuilder().setStage(stage))
            .addPartitions(task.getPartition());
        for (StateVersion state : task.getStatesList()) {
          states.setStateId(state.getStateId()).setVersionMs(state.getVersionMs());
          states.addPartitions(state.getPartition());
        }
      }
      groups.values().forEach(report::addGroups);
    }
    if (states.getPartitionsCount() > 0) {
      report.addStates(states);
    }
    return report.build();
  }

  private void report(List<TaskFinished> tasks, long afterNanos) {
    if (!tasks.isEmpty()) {
      fleet
          .world()
          .executors(
              afterNanos,
              () -> tasks.forEach(task -> send(Envelope.newBuilder().setTaskFinished(task))));
    }
  }

  private TaskFinished finished(RunTasks job, TaskSpec task) {
    TaskFinished.Builder report =
        TaskFinished.newBuilder()
            .setJobId(job.getJobId())
            .setPlacementVersion(job.getPlacementVersion())
            .setStage(task.getStage())
            .setPartition(task.getPartition())
            .setAttempt(task.getAttempt())
            .setMetrics(
                TaskMetrics.newBuilder()
                    .setRecordsIn(RECORDS_IN_A_BLOCK)
                    .setRecordsOut(RECORDS_IN_A_BLOCK)
                    .setRunNanos(fleet.taskNanos())
                    .setShuffleBytesOut(BLOCK_BYTES));
    for (StoreTarget store : task.getStoresList()) {
      report.addStored(
          StoredPartition.newBuilder()
              .setDatasetId(store.getDatasetId())
              .setPartition(store.getPartition())
              .setRecordCount(RECORDS_IN_A_BLOCK)
              .setMemoryBytes(BLOCK_BYTES));
    }
    addStates(task.getInput(), report);
    return report.build();
  }

  private static void addStates(TaskInput input, TaskFinished.Builder report) {
    if (input.hasState()) {
      StateInput state = input.getState();
      report.addStates(
          StateVersion.newBuilder()
              .setStateId(state.getStateId())
              .setPartition(state.getPartition())
              .setVersionMs(state.getVersionMs())
              .setKeyCount(RECORDS_IN_A_BLOCK)
              .setMemoryBytes(BLOCK_BYTES));
    }
  }
}
