package org.millrace.am.driver;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.millrace.am.batch.BatchLifecycle;
import org.millrace.am.batch.BatchListener;
import org.millrace.am.batch.BatchPolicy;
import org.millrace.am.batch.BatchStatus;
import org.millrace.am.batch.CommittedTime;
import org.millrace.am.batch.InputCutter;
import org.millrace.am.batch.KeptDatasets;
import org.millrace.am.batch.PastCuts;
import org.millrace.am.batch.Resumption;
import org.millrace.am.files.FileLimits;
import org.millrace.am.files.FileRate;
import org.millrace.am.files.FileReading;
import org.millrace.am.files.FileSourceStatus;
import org.millrace.am.files.FileTracker;
import org.millrace.am.listen.ListenerBus;
import org.millrace.am.log.DriverState;
import org.millrace.am.log.Journal;
import org.millrace.am.publish.BatchOutputs;
import org.millrace.am.publish.OutputPublisher;
import org.millrace.am.receive.BlockLogs;
import org.millrace.am.receive.DurableBlockLogs;
import org.millrace.am.receive.PastStream;
import org.millrace.am.receive.RatePolicy;
import org.millrace.am.receive.ReachedPosition;
import org.millrace.am.receive.ReceiverChange;
import org.millrace.am.receive.ReceiverHost;
import org.millrace.am.receive.ReceiverInput;
import org.millrace.am.receive.ReceiverStatus;
import org.millrace.am.receive.ReceiverTracker;
import org.millrace.am.receive.RunningStream;
import org.millrace.am.receive.SealedLog;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.am.snapshot.SnapshotStatus;
import org.millrace.am.snapshot.StandbyStatus;
import org.millrace.am.snapshot.StateKeeper;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.ReceiverStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.api.streaming.scheduler.ReceiverInfo;
import org.millrace.api.streaming.scheduler.StreamingListenerReceiverError;
import org.millrace.api.streaming.scheduler.StreamingListenerReceiverStarted;
import org.millrace.api.streaming.scheduler.StreamingListenerReceiverStopped;
import org.millrace.api.streaming.scheduler.StreamingListenerStreamingStarted;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.executor.ExecutorIds;
import org.millrace.runner.wire.proto.Envelope;

/**
 * The running streams of an application: inputs, receivers and batches. Owned by the driver loop.
 */
final class Streaming implements ReceiverHost {
  private static final long SAMPLE_MS = 1_000;
  private static final int MOST_FILES_IN_AN_EVENT = 1_000;

  private final DriverEnvironment.Ports ports;
  private final StreamGraph graph;
  private final ExecutorGroup executors;
  private final Journal journal;
  private final ListenerBus listeners;
  private final OutputPublisher publisher;
  private final Optional<BlockLogs> blockLogs;
  private final ReceiverTracker receivers;
  private final Map<Integer, FileTracker> files = new HashMap<>();
  private final List<ReceiverInput> receiverInputs = new ArrayList<>();
  private final BatchLifecycle batches;
  private final BatchListener listener;
  private final CompletableFuture<Void> receiversStopped = new CompletableFuture<>();
  private final int parallelism;
  private final Optional<DriverState> before;

  /** Left out by inputs that read new files only; on the driver loop. */
  private final Map<Integer, List<DriverEvent.SeenFile>> seenAtStart = new TreeMap<>();

  /** Of an application that goes on; set on the driver loop before the start. */
  private Resumption resumption;

  /** Of executors that are gone; set before the start. */
  private List<SealedLog> sealed = List.of();

  /** Executors of the driver before that go on; set before the start. */
  private List<RegisteredExecutor> stayed = List.of();

  private boolean ended;

  /** Null without keyed state that is kept. */
  private StateKeeper states;

  private Optional<SnapshotTaken> restoredFrom = Optional.empty();

  /** For storage that is away when state is restored; set before the start. */
  private StoragePatience patience;

  /**
   * What streams need besides the ports.
   *
   * @param mostCopies of a block, whatever the receiver's storage level asks for
   * @param epoch of the directory of the event log
   * @param checkpointDirectory when it outlives the application
   * @param before the state of the application that goes on
   */
  record Parts(
      ExecutorGroup executors,
      Journal journal,
      OutputPublisher publisher,
      JobRunner jobs,
      BatchOutputs outputs,
      KeptDatasets datasets,
      CommittedTime committed,
      ListenerBus listeners,
      int parallelism,
      int mostCopies,
      long epoch,
      Optional<String> checkpointDirectory,
      Optional<DriverState> before) {}

  /** Made on the program's thread: it serializes the receivers. */
  Streaming(
      DriverEnvironment.Ports ports,
      Settings settings,
      StreamGraph graph,
      Parts parts,
      BatchListener listener) {
    this.ports = ports;
    this.graph = graph;
    this.executors = parts.executors();
    this.journal = parts.journal();
    this.listeners = parts.listeners();
    this.publisher = parts.publisher();
    this.parallelism = parts.parallelism();
    this.before = parts.before();
    this.listener = listener;
    long intervalMs = graph.batchInterval().milliseconds();
    long blockIntervalMs = Math.max(1, Math.min(settings.get(Keys.BLOCK_INTERVAL), intervalMs / 4));
    requireDirectoryForLog(settings, parts);
    this.blockLogs =
        parts
            .checkpointDirectory()
            .map(directory -> new DurableBlockLogs(ports.files(), ports.work(), directory));
    this.receivers =
        new ReceiverTracker(
            this,
            ports.loop(),
            ports.clock(),
            new ReceiverTracker.Settings(
                intervalMs,
                blockIntervalMs,
                settings.get(Keys.RECEIVER_RESTART_DELAY),
                RatePolicy.of(settings),
                parts.epoch()),
            blockLogs.filter(logs -> settings.find(Keys.WRITE_AHEAD_LOG).orElse(true)));
    for (InputStreamNode input : graph.inputs()) {
      if (input instanceof FileStreamNode file) {
        FileReading reading =
            new FileReading(
                ports.files(), ports.formats(), ports.work(), file.format(), file.description());
        files.put(
            input.inputId(),
            new FileTracker(
                new FileTracker.Services(ports.files(), ports.loop(), ports.clock()),
                reading,
                FileLimits.of(settings),
                new FileRate(RatePolicy.ofFiles(settings), intervalMs),
                file,
                paths -> journal.append(new DriverEvent.FilesForgotten(file.inputId(), paths))));
      } else if (input instanceof ReceiverStreamNode receiver) {
        receiverInputs.add(receiverInput(receiver, parts.mostCopies()));
      }
    }
    this.batches =
        new BatchLifecycle(
            new BatchLifecycle.Services(
                ports.clock(),
                ports.loop(),
                ports.work(),
                parts.journal(),
                parts.publisher(),
                parts.datasets(),
                parts.committed(),
                listeners),
            graph,
            BatchPolicy.of(intervalMs, settings),
            new InputCutter(graph.inputs(), receivers, files, parts.parallelism()),
            parts.jobs(),
            parts.outputs(),
            listener);
  }

  /** Keyed state is kept beyond its executors; before {@link #prepare}. */
  void keepStates(StateKeeper keeper) {
    states = keeper;
    batches.keepStates(keeper);
    before.ifPresent(
        state -> {
          state.snapshots().stream()
              .filter(snapshot -> !StateKeeping.isBegin(snapshot))
              .forEach(keeper::known);
          restoredFrom = StateKeeping.snapshot(state, batches.stateLookBackMs());
        });
  }

  private static void requireDirectoryForLog(Settings settings, Parts parts) {
    if (settings.find(Keys.WRITE_AHEAD_LOG).orElse(false)
        && parts.checkpointDirectory().isEmpty()) {
      throw new MillraceException(
          ErrorCode.INVALID_CONFIGURATION_VALUE,
          Keys.WRITE_AHEAD_LOG.name()
              + " is true, but there is no checkpoint directory for the log; call"
              + " StreamingContext.checkpoint(directory), or leave the key out");
    }
  }

  /**
   * Looks at the directories, and finds what batches before have read; fails when one does not
   * exist, or a batch cannot be run again.
   */
  CompletableFuture<Void> prepare(StoragePatience waitsForStorage) {
    patience = waitsForStorage;
    return CompletableFuture.allOf(prepareFiles(), patience.patiently(this::sealOldLogs));
  }

  /** Nobody that is gone writes into the directory any more; what is there can be read. */
  private CompletableFuture<Void> sealOldLogs() {
    if (blockLogs.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    BlockLogs logs = blockLogs.get();
    return executors
        .takenOver()
        .thenAccept(stay -> stayed = before.isPresent() ? List.copyOf(stay) : List.of())
        .thenCompose(known -> logs.others(logsOf(stayed)))
        .thenCompose(
            names -> {
              List<CompletableFuture<SealedLog>> open = names.stream().map(logs::seal).toList();
              return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
                  .thenAccept(all -> sealed = open.stream().map(CompletableFuture::join).toList());
            });
  }

  private static Set<String> logsOf(List<RegisteredExecutor> executors) {
    return executors.stream()
        .map(executor -> executor.registration.getCheckpointLog())
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toSet());
  }

  private CompletableFuture<Void> prepareFiles() {
    if (before.isEmpty()) {
      return CompletableFuture.allOf(
          files.entrySet().stream()
              .map(
                  input ->
                      input
                          .getValue()
                          .start()
                          .thenAccept(seen -> seenAtStart.put(input.getKey(), seen)))
              .toArray(CompletableFuture[]::new));
    }
    DriverState state = before.get();
    return CompletableFuture.allOf(
            files.entrySet().stream()
                .map(input -> input.getValue().resume(state.seenFiles(input.getKey())))
                .toArray(CompletableFuture[]::new))
        .thenCompose(
            listed ->
                new PastCuts(graph.inputs(), files, parallelism)
                    .resumption(
                        state,
                        graph.batchInterval().milliseconds(),
                        states == null
                            ? state.lastDecidedMs()
                            : StateKeeping.recoveryMs(state, restoredFrom)))
        .thenAccept(made -> resumption = made);
  }

  void start(long startTimeMs) {
    listeners.post(new StreamingListenerStreamingStarted(ports.clock().nowMs()));
    seenAtStart.values().forEach(this::appendSeen);
    executors.receivers(receivers);
    executors.states(states);
    receivers.define(receiverInputs);
    receivers.restore(
        pastStreams(),
        sealed,
        reachedPositions(),
        stayed.stream().map(executor -> executor.id).collect(Collectors.toSet()));
    stayed.forEach(this::adoptReceivers);
    receivers.start();
    if (resumption == null) {
      batches.start(startTimeMs);
    } else {
      before
          .orElseThrow()
          .committedNotPublished()
          .forEach(batch -> publisher.publishAgain(batch.batchTimeMs(), batch.outputs()));
      restoreStates();
    }
    sample();
  }

  /** Paths of state files that are needed. */
  Set<String> stateFiles() {
    Set<String> named = new HashSet<>();
    before.ifPresent(
        known ->
            known
                .snapshots()
                .forEach(taken -> taken.files().forEach(file -> named.add(file.path()))));
    if (states != null) {
      named.addAll(states.files());
    }
    return named;
  }

  /** Of keyed state; empty for a program that keeps none. */
  Optional<SnapshotStatus> snapshotStatus() {
    return Optional.ofNullable(states).map(StateKeeper::status);
  }

  /** Of keyed state on second executors; empty when none is wanted. */
  Optional<StandbyStatus> standbyStatus() {
    return Optional.ofNullable(states).flatMap(StateKeeper::standbyStatus);
  }

  /** Batches go on when the states are there that they go on from. */
  private void restoreStates() {
    if (restoredFrom.isEmpty() || StateKeeping.isBegin(restoredFrom.get())) {
      batches.resume(resumption, Map.of());
      return;
    }
    SnapshotTaken snapshot = restoredFrom.get();
    Answers.post(
        patience.patiently(() -> states.restore(snapshot, StateKeeping.partitioners(graph))),
        ports.loop(),
        (none, failure) -> {
          if (ended) {
            return;
          }
          if (failure == null) {
            batches.resume(resumption, StateKeeping.versions(snapshot));
          } else if (failure instanceof MillraceException lost
              && lost.code() == ErrorCode.STATE_VERSION_LOST) {
            restoreStates();
          } else {
            listener.onBatchesStopped(
                failure instanceof MillraceException known
                    ? known
                    : new MillraceException(ErrorCode.INTERNAL, failure.toString(), failure));
          }
        });
  }

  private void adoptReceivers(RegisteredExecutor executor) {
    String log = executor.registration.getCheckpointLog();
    if (live().stream().noneMatch(one -> one.id() == executor.id)) {
      receivers.onExecutorGone(executor.id, log);
      return;
    }
    receivers.adopt(
        executor.id,
        log,
        executor.registration.getMarksList(),
        executor.registration.getReceiversList().stream()
            .map(
                running ->
                    new RunningStream(
                        running.getReceiverId(), running.getStreamId(), running.getEnding()))
            .toList());
  }

  private List<PastStream> pastStreams() {
    return before.stream()
        .flatMap(state -> state.streams().stream())
        .map(
            known ->
                new PastStream(
                    known.streamId(),
                    known.inputId(),
                    known.executorId(),
                    known.endedAt(),
                    known.cut(),
                    known.released()))
        .toList();
  }

  private List<ReachedPosition> reachedPositions() {
    return before.stream()
        .flatMap(state -> state.reachedSources().stream())
        .flatMap(
            reached ->
                reached.positions().stream()
                    .map(at -> new ReachedPosition(reached.receiverId(), reached.streamId(), at)))
        .toList();
  }

  private void appendSeen(List<DriverEvent.SeenFile> seen) {
    for (int from = 0; from < seen.size(); from += MOST_FILES_IN_AN_EVENT) {
      int until = Math.min(seen.size(), from + MOST_FILES_IN_AN_EVENT);
      journal.append(new DriverEvent.FilesSeen(seen.subList(from, until)));
    }
  }

  /** Receivers may store as fast as batches are processed, and files are taken so. */
  void onBatchCompleted(BatchStatus batch) {
    Map<Integer, Long> records = new HashMap<>();
    batch.inputs().forEach(input -> records.put(input.inputId(), input.records()));
    receivers.onBatchCompleted(
        batch.batchTimeMs(), records, batch.processingMs(), batch.schedulingDelayMs());
    for (BatchStatus.InputStatus input : batch.inputs()) {
      FileTracker tracker = files.get(input.inputId());
      if (tracker != null) {
        tracker
            .rate()
            .onBatchCompleted(
                batch.batchTimeMs(),
                input.records(),
                input.bytes(),
                batch.processingMs(),
                batch.schedulingDelayMs());
      }
    }
  }

  /** Stops receivers, then runs what they stored. */
  CompletableFuture<Void> drain() {
    receivers.stop(true);
    return receiversStopped.thenCompose(stopped -> batches.drain());
  }

  /** Stops receivers and batches; completes when the batch that runs has ended. */
  CompletableFuture<Void> stop() {
    ended = true;
    if (states != null) {
      states.stop();
    }
    receivers.stop(false);
    return batches.stop();
  }

  /** Streaming is over: nothing is sampled any more. */
  void end() {
    ended = true;
  }

  BatchLifecycle batches() {
    return batches;
  }

  ReceiverTracker receivers() {
    return receivers;
  }

  /** What is wrong with listeners, a sentence each. */
  List<String> listenerProblems() {
    return listeners.problems();
  }

  /** What keeps outputs from being published. */
  Optional<String> outputProblem() {
    return publisher.problem();
  }

  StreamGraph graph() {
    return graph;
  }

  /** The file streams, by the numbers of their inputs. */
  List<FileSourceStatus> fileSources() {
    return files.values().stream()
        .map(FileTracker::status)
        .sorted(Comparator.comparingInt(FileSourceStatus::inputId))
        .toList();
  }

  @Override
  public List<LiveExecutor> live() {
    return executors.live();
  }

  @Override
  public List<LiveExecutor> all() {
    return executors.all();
  }

  @Override
  public void send(int executorId, Envelope.Builder message) {
    executors.send(executorId, message);
  }

  @Override
  public void sendSoon(int executorId, Envelope.Builder message) {
    executors.sendSoon(executorId, message);
  }

  @Override
  public void pingAll(Runnable answered) {
    executors.registry().pingAll(answered);
  }

  @Override
  public void onStreamStarted(long streamId, int inputId, int executorId) {
    journal.append(new DriverEvent.StreamStarted(streamId, inputId, executorId));
  }

  @Override
  public void onStreamEnded(long streamId, long endedAt) {
    journal.append(new DriverEvent.StreamEnded(streamId, endedAt));
  }

  @Override
  public void onSourcesReached(int inputId, long streamId, List<SourcePosition> positions) {
    journal.append(new DriverEvent.SourcesReached(inputId, streamId, positions));
  }

  @Override
  public void whenDurable(Runnable action) {
    journal.whenDurable(action);
  }

  @Override
  public void onBlocksSettled() {
    executors.scheduler().onBlocksSettled();
  }

  @Override
  public void onReceiver(ReceiverChange change, ReceiverStatus status) {
    ReceiverInfo info = info(status);
    listeners.post(
        switch (change) {
          case STARTED -> new StreamingListenerReceiverStarted(info);
          case ERROR -> new StreamingListenerReceiverError(info);
          case STOPPED -> new StreamingListenerReceiverStopped(info);
        });
  }

  private static ReceiverInfo info(ReceiverStatus status) {
    String error = status.lastError();
    int firstLineEnd = error.indexOf('\n');
    return new ReceiverInfo(
        status.inputId(),
        status.name(),
        status.state().equals("active"),
        status.host(),
        status.executorId() < 0 ? "" : ExecutorIds.text(status.executorId()),
        firstLineEnd < 0 ? error : error.substring(0, firstLineEnd),
        firstLineEnd < 0 ? "" : error.substring(firstLineEnd + 1),
        error.isEmpty() ? -1 : status.lastErrorTimeMs());
  }

  @Override
  public void onAllStopped() {
    receiversStopped.complete(null);
  }

  private void sample() {
    if (!ended) {
      receivers.sampleRates();
      ports.loop().schedule(SAMPLE_MS, this::sample);
    }
  }

  private ReceiverInput receiverInput(ReceiverStreamNode node, int mostCopies) {
    ByteString bytes = ports.shipping().receiver(node.receiver(), node.description());
    return new ReceiverInput(
        node.inputId(),
        node.description(),
        bytes,
        Math.min(node.receiver().storageLevel().replication(), mostCopies),
        node.receiver().preferredLocation().isPresent()
            ? List.of(node.receiver().preferredLocation().get())
            : List.of());
  }
}
