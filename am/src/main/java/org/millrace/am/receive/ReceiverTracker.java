package org.millrace.am.receive;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.LimitReceiver;
import org.millrace.runner.wire.proto.LoggedBlocks;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReceiverState;
import org.millrace.runner.wire.proto.ReleaseBlocks;
import org.millrace.runner.wire.proto.SourceOffset;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StopReceiver;
import org.millrace.runner.wire.proto.StreamMark;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Places receivers, follows their streams, deals blocks to batches and releases them. Owned by the
 * driver loop.
 *
 * <pre>
 *   waiting (no executor) -> starting -> active <-> restarting
 *     any of them, executor lost or FAILED -> closing (what is left?) -> waiting -> starting elsewhere
 *     any of them, stop -> stopping -> stopped
 * </pre>
 *
 * What is left of a stream without a log is what living executors hold. A stream with a log is
 * exactly what is in the log once it is sealed: no more can be acknowledged then, and the next
 * start goes on at the positions that it has.
 */
public final class ReceiverTracker {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverTracker.class);

  private final ReceiverHost host;
  private final Loop loop;
  private final Clock clock;
  private final long blockIntervalMs;
  private final long restartDelayMs;
  private final ReceiverRates rates;
  private final long epoch;
  private final TrackedLogs logs;
  private final Map<Integer, TrackedReceiver> receivers = new LinkedHashMap<>();
  private final Map<Long, Stream> streams = new TreeMap<>();

  /** The same, by input. */
  private final Map<Integer, Map<Long, Stream>> streamsOf = new HashMap<>();

  /** Positions that are in the event log, by stream. */
  private final Map<Long, List<SourcePosition>> toldPositions = new HashMap<>();

  /** Streams of executors that stayed and were not adopted yet, by executor. */
  private final Map<Integer, List<PastStream>> awaited = new HashMap<>();

  private long startedStreams;
  private boolean stopping;
  private boolean allStoppedTold;

  /**
   * How receivers run. Immutable.
   *
   * @param intervalMs of batches
   * @param epoch that numbers the streams of this driver
   */
  public record Settings(
      long intervalMs, long blockIntervalMs, long restartDelayMs, RatePolicy rates, long epoch) {}

  /**
   * @param blockLogs where executors log what they receive; none when they do not
   */
  public ReceiverTracker(
      ReceiverHost host, Loop loop, Clock clock, Settings settings, Optional<BlockLogs> blockLogs) {
    this.host = host;
    this.loop = loop;
    this.clock = clock;
    this.blockIntervalMs = settings.blockIntervalMs();
    this.restartDelayMs = settings.restartDelayMs();
    this.rates = new ReceiverRates(settings.rates(), settings.intervalMs());
    this.epoch = settings.epoch();
    this.logs = new TrackedLogs(blockLogs, loop, settings.epoch(), restartDelayMs, this::onSealed);
  }

  /** The receivers that there will be; before anything else. */
  public void define(List<ReceiverInput> inputs) {
    inputs.forEach(input -> receivers.put(input.id(), new TrackedReceiver(input)));
  }

  /**
   * Starts the receivers, each on the executor with the fewest; those that find none wait for one.
   */
  public void start() {
    startWaiting();
  }

  /** {@link #define} and {@link #start()}. */
  public void start(List<ReceiverInput> inputs) {
    define(inputs);
    start();
  }

  /**
   * Takes over the streams of drivers before, after {@link #define}. Streams of executors that are
   * gone end where their log does; what is needed of them is read from there.
   *
   * @param sealed the logs of all executors that are gone
   * @param reached positions from the event log
   * @param stayed executors that {@link #adopt} or {@link #onExecutorGone} will tell about
   */
  public void restore(
      List<PastStream> past,
      List<SealedLog> sealed,
      List<ReachedPosition> reached,
      Set<Integer> stayed) {
    logs.restore(sealed);
    // What a log has of a stream is never older than what was told of it.
    List<Runnable> inOrder = new ArrayList<>();
    Map<Long, PastStream> byId = new TreeMap<>();
    past.forEach(stream -> byId.put(stream.streamId(), stream));
    List<ReachedPosition> told = new ArrayList<>(reached);
    told.sort(Comparator.comparing(ReachedPosition::streamId));
    for (PastStream stream : byId.values()) {
      while (!told.isEmpty() && told.get(0).streamId() <= stream.streamId()) {
        ReachedPosition next = told.remove(0);
        inOrder.add(() -> reached(next));
      }
      boolean isSealed = sealed.stream().anyMatch(log -> log.has(stream.streamId()));
      if (stayed.contains(stream.executorId()) && !isSealed) {
        awaited.computeIfAbsent(stream.executorId(), id -> new ArrayList<>()).add(stream);
      } else {
        inOrder.add(() -> restore(stream, sealed));
      }
    }
    told.forEach(next -> inOrder.add(() -> reached(next)));
    inOrder.forEach(Runnable::run);
    deleteLogs();
  }

  private void reached(ReachedPosition reached) {
    TrackedReceiver receiver = receivers.get(reached.inputId());
    if (receiver != null) {
      receiver.positions.put(reached.position().source(), reached.position());
    }
  }

  private void restore(PastStream past, List<SealedLog> sealed) {
    Optional<SealedLog> log =
        sealed.stream().filter(candidate -> candidate.has(past.streamId())).findFirst();
    Stream stream = pastStream(past, log.map(SealedLog::name).orElse(""));
    if (past.endedAt() >= 0) {
      // What the log has behind that was never acknowledged, nor were its positions.
      stream.endAt(past.endedAt());
      if (log.isPresent() && log.get().end(past.streamId()) == past.endedAt()) {
        stream.endAtLog(log.get());
        notePositions(stream);
      }
      return;
    }
    if (log.isPresent()) {
      stream.endAtLog(log.get());
    } else {
      stream.endAt(past.cut());
    }
    notePositions(stream);
    host.onStreamEnded(stream.id, stream.endedAt());
  }

  private Stream pastStream(PastStream past, String log) {
    Stream stream = new Stream(past.streamId(), past.inputId(), past.executorId(), log);
    stream.goOnAt(past.cut(), past.released());
    add(stream);
    return stream;
  }

  private void add(Stream stream) {
    streams.put(stream.id, stream);
    streamsOf.computeIfAbsent(stream.inputId, id -> new TreeMap<>()).put(stream.id, stream);
  }

  private void notePositions(Stream stream) {
    tellPositions(stream);
    TrackedReceiver receiver = receivers.get(stream.inputId);
    if (receiver != null) {
      stream.positions().forEach(at -> receiver.positions.put(at.source(), at));
    }
  }

  /**
   * An executor that stayed is ours: its streams go on. Those without a running receiver end where
   * their mark is, and those whose receiver has to stop where it says that it did: it has stored,
   * and acknowledged, more since the marks were made.
   *
   * @param log the name of its open block log; empty for none
   */
  public void adopt(
      int executorId, String log, List<StreamMark> marks, List<RunningStream> running) {
    logs.adopt(executorId, log);
    for (PastStream past : awaited.getOrDefault(executorId, List.of())) {
      Stream stream = pastStream(past, past.endedAt() < 0 ? log : "");
      if (past.endedAt() >= 0) {
        stream.endAt(past.endedAt());
      }
    }
    awaited.remove(executorId);
    onMarks(executorId, marks);
    streams.values().stream()
        .filter(stream -> stream.primary == executorId)
        .forEach(Stream::countFromNow);
    for (RunningStream run : running) {
      TrackedReceiver receiver = receivers.get(run.inputId());
      Stream stream = streams.get(run.streamId());
      boolean ours =
          stream != null
              && stream.primary == executorId
              && stream.inputId == run.inputId()
              && !stream.isEnded();
      if (receiver != null && ours && receiver.executorId < 0) {
        receiver.adopted(run.streamId(), executorId);
        tell(ReceiverChange.STARTED, receiver);
      } else {
        host.send(
            executorId,
            Envelope.newBuilder()
                .setStopReceiver(StopReceiver.newBuilder().setReceiverId(run.inputId())));
      }
    }
    for (Stream stream : List.copyOf(streams.values())) {
      boolean runs = running.stream().anyMatch(run -> run.streamId() == stream.id);
      if (stream.primary == executorId && !stream.isEnded() && !runs) {
        end(stream, stream.available());
      }
    }
    settled();
  }

  /**
   * An executor that stayed is given up before it was adopted.
   *
   * @param log the name of its block log; empty for none
   */
  public void onExecutorGone(int executorId, String log) {
    for (PastStream past : awaited.getOrDefault(executorId, List.of())) {
      Stream stream = pastStream(past, log);
      if (past.endedAt() >= 0) {
        stream.endAt(past.endedAt());
      }
    }
    awaited.remove(executorId);
    logs.adopt(executorId, log);
    onExecutorLost(executorId);
  }

  public void onExecutorJoined() {
    startWaiting();
  }

  /**
   * The pool does not list the executor any more. Its streams end where their living holders end.
   */
  public void onExecutorLost(int executorId) {
    streams.values().forEach(stream -> stream.executorLost(executorId));
    List<Stream> closing =
        streams.values().stream()
            .filter(stream -> stream.primary == executorId && !stream.isEnded())
            .filter(stream -> !stream.isLogged())
            .toList();
    for (TrackedReceiver receiver : receivers.values()) {
      receiver.failedOn.remove(executorId);
      if (receiver.executorId == executorId && receiver.state != TrackedReceiver.State.STOPPED) {
        receiver.lost("its executor " + executorId + " was lost", clock.nowMs());
        tell(ReceiverChange.STOPPED, receiver);
      }
    }
    logs.giveUp(executorId);
    host.pingAll(
        () -> {
          for (Stream stream : closing) {
            if (!stream.isEnded()) {
              stream.endAtHolders();
              ended(stream);
            }
          }
          settled();
        });
  }

  /** It is known what is in the log of an executor that was given up. */
  private void onSealed(SealedLog log) {
    for (Stream stream : streams.values()) {
      if (stream.log.equals(log.name()) && !stream.isEnded()) {
        stream.endAtLog(log);
        ended(stream);
      }
    }
    deleteLogs();
    settled();
  }

  private void settled() {
    host.onBlocksSettled();
    if (stopping) {
      stopWaiting();
    } else {
      startWaiting();
    }
  }

  public void onMarks(int executorId, List<StreamMark> marks) {
    for (StreamMark mark : marks) {
      Stream stream = streams.get(mark.getStreamId());
      if (stream != null) {
        stream.mark(executorId, mark);
      }
    }
  }

  public void onReport(int executorId, ReceiverReport report) {
    TrackedReceiver receiver = receivers.get(report.getReceiverId());
    Stream stream = streams.get(report.getStreamId());
    if (receiver == null || receiver.streamId != report.getStreamId()) {
      if (stream != null && stream.primary == executorId && !stream.isEnded()) {
        onReportOfOther(stream, report);
      }
      return;
    }
    boolean wasActive = receiver.state == TrackedReceiver.State.ACTIVE;
    receiver.report(report, clock.nowMs());
    change(report, wasActive).ifPresent(change -> tell(change, receiver));
    switch (report.getState()) {
      case STARTED, RESTARTING -> {}
      case STOPPED -> {
        end(stream, report.getFinalUntil());
        tellIfAllStopped();
      }
      case FAILED -> {
        LOG.warn(
            "receiver {} cannot run on executor {}: {}",
            receiver.input.name(),
            executorId,
            report.getMessage());
        receiver.failedOn.add(executorId);
        if (report.getLogFailed() && stream != null && stream.isLogged()) {
          onLogFailed(executorId, stream.log, report.getMessage());
          return;
        }
        end(stream, report.getFinalUntil());
        if (stopping) {
          receiver.stopped();
          tellIfAllStopped();
        } else {
          loop.schedule(restartDelayMs, this::startWaiting);
        }
      }
      default -> LOG.warn("receiver {} reports state {}", receiver.input.name(), report.getState());
    }
  }

  /** Of a run that was told to stop when its executor was adopted. */
  private void onReportOfOther(Stream stream, ReceiverReport report) {
    if (report.getLogFailed() && stream.isLogged()) {
      onLogFailed(stream.primary, stream.log, report.getMessage());
    } else if (report.getState() == ReceiverState.STOPPED
        || report.getState() == ReceiverState.FAILED) {
      end(stream, report.getFinalUntil());
      settled();
    }
  }

  /** Its streams end where it does; their receivers go on elsewhere. */
  private void onLogFailed(int executorId, String log, String why) {
    for (TrackedReceiver receiver : receivers.values()) {
      Stream stream = streams.get(receiver.streamId);
      if (receiver.executorId == executorId && stream != null && stream.log.equals(log)) {
        receiver.failedOn.add(executorId);
        receiver.lost(why, clock.nowMs());
        tell(ReceiverChange.STOPPED, receiver);
      }
    }
    logs.onFailed(executorId, log);
  }

  private static Optional<ReceiverChange> change(ReceiverReport report, boolean wasActive) {
    return switch (report.getState()) {
      case STARTED ->
          report.getNotice()
              ? Optional.empty()
              : Optional.of(wasActive ? ReceiverChange.ERROR : ReceiverChange.STARTED);
      case RESTARTING -> Optional.of(ReceiverChange.ERROR);
      case STOPPED, FAILED -> Optional.of(ReceiverChange.STOPPED);
      default -> Optional.empty();
    };
  }

  private void tell(ReceiverChange change, TrackedReceiver receiver) {
    host.onReceiver(change, status(receiver, host.live()));
  }

  /** Tells all receivers to stop; with {@code drain} they store what they have read. */
  public void stop(boolean drain) {
    stopping = true;
    for (TrackedReceiver receiver : receivers.values()) {
      if (receiver.executorId >= 0 && receiver.state != TrackedReceiver.State.STOPPED) {
        host.send(
            receiver.executorId,
            Envelope.newBuilder()
                .setStopReceiver(
                    StopReceiver.newBuilder().setReceiverId(receiver.input.id()).setDrain(drain)));
      }
    }
    stopWaiting();
  }

  /** Those that run nowhere stop when it is known what is left of their last stream. */
  private void stopWaiting() {
    for (TrackedReceiver receiver : receivers.values()) {
      if (receiver.state == TrackedReceiver.State.WAITING && !isClosing(receiver.streamId)) {
        receiver.stopped();
      }
    }
    tellIfAllStopped();
  }

  /**
   * Takes all blocks of an input that no batch has, and deals them in order to at most {@code
   * mostPartitions} runs of consecutive blocks of about the same number.
   */
  public List<List<BlockRange>> cut(int inputId, int mostPartitions) {
    List<BlockRange> ranges = new ArrayList<>();
    long blocks = 0;
    for (Stream stream : streamsOf.getOrDefault(inputId, Map.of()).values()) {
      long until = stream.available();
      if (until > stream.cut()) {
        ranges.add(new BlockRange(stream.id, stream.cut(), until));
        blocks += until - stream.cut();
      }
    }
    return deal(ranges, blocks, mostPartitions);
  }

  /** Records in blocks that no batch has yet, as the receivers counted them. */
  public long records(List<List<BlockRange>> partitions) {
    long records = 0;
    for (List<BlockRange> partition : partitions) {
      for (BlockRange range : partition) {
        Stream stream = streams.get(range.streamId());
        if (stream != null && range.until() == stream.available()) {
          records += stream.recordsUntil(range.until()) - stream.recordsUntil(stream.cut());
        }
      }
    }
    return records;
  }

  /** A batch has these blocks: replay of its cut. */
  public void taken(List<List<BlockRange>> partitions) {
    for (List<BlockRange> partition : partitions) {
      for (BlockRange range : partition) {
        Stream stream = streams.get(range.streamId());
        if (stream != null) {
          stream.cutUntil(Math.max(stream.cut(), range.until()));
          tellPositions(stream);
        }
      }
    }
  }

  /**
   * The log may forget the blocks that say so once this is durable, and it is before they are
   * released.
   */
  private void tellPositions(Stream stream) {
    List<SourcePosition> positions = stream.positions();
    if (!positions.isEmpty() && !positions.equals(toldPositions.put(stream.id, positions))) {
      host.onSourcesReached(stream.inputId, stream.id, positions);
    }
  }

  /**
   * A batch is completed: receivers may store more or fewer records from now on.
   *
   * @param records what it had of each receiver, by input
   * @param waitedMs from its submission to its start
   */
  public void onBatchCompleted(
      long timeMs, Map<Integer, Long> records, long processingMs, long waitedMs) {
    for (TrackedReceiver receiver : receivers.values()) {
      int id = receiver.input.id();
      RateEstimator.Load load =
          new RateEstimator.Load(timeMs, records.getOrDefault(id, 0L), processingMs, waitedMs);
      if (rates.onCompleted(id, load) && receiver.executorId >= 0) {
        host.sendSoon(
            receiver.executorId,
            Envelope.newBuilder()
                .setLimitReceiver(
                    LimitReceiver.newBuilder()
                        .setReceiverId(id)
                        .setRecordsPerSecond(rates.recordsPerSecond(id))));
      }
    }
  }

  /** Whether a drained input still has blocks for another batch. */
  public boolean hasUncutBlocks() {
    return streams.values().stream().anyMatch(stream -> stream.available() > stream.cut());
  }

  /** No batch needs these blocks any more; executors that hold them may drop them. */
  public void release(List<List<BlockRange>> partitions) {
    Set<Stream> released = new LinkedHashSet<>();
    for (List<BlockRange> partition : partitions) {
      for (BlockRange range : partition) {
        Stream stream = streams.get(range.streamId());
        if (stream != null && stream.releaseUntil(range.until())) {
          released.add(stream);
        }
      }
    }
    Map<Integer, ReleaseBlocks.Builder> messages = new TreeMap<>();
    for (Stream stream : released) {
      StreamMark mark =
          StreamMark.newBuilder().setStreamId(stream.id).setUntil(stream.released()).build();
      if (stream.isUsedUp()) {
        // For the last time: also those whose mark has not come yet.
        host.all().forEach(executor -> add(messages, executor.id(), mark));
      } else {
        stream.holders().forEach(executorId -> add(messages, executorId, mark));
      }
    }
    messages.forEach(
        (executorId, message) ->
            host.sendSoon(executorId, Envelope.newBuilder().setReleaseBlocks(message)));
    streams.values().removeIf(this::forgetIfOver);
    deleteLogs();
  }

  private static void add(
      Map<Integer, ReleaseBlocks.Builder> messages, int executorId, StreamMark mark) {
    messages.computeIfAbsent(executorId, id -> ReleaseBlocks.newBuilder()).addStreams(mark);
  }

  private void deleteLogs() {
    logs.deleteUnless(this::isNeeded, host::whenDurable);
  }

  private boolean isNeeded(String log) {
    return streams.values().stream()
        .anyMatch(stream -> stream.log.equals(log) && !stream.isUsedUp());
  }

  public List<Integer> holders(long streamId, long from, long until) {
    Stream stream = streams.get(streamId);
    return stream == null ? List.of() : stream.holders(from, until);
  }

  /** Where blocks {@code [from, until)} are in a sealed log; empty when that is not known. */
  public List<LoggedBlocks> logged(long streamId, long from, long until) {
    Stream stream = streams.get(streamId);
    return stream == null
        ? List.of()
        : logs.sealed(stream.log).map(log -> log.locate(streamId, from, until)).orElse(List.of());
  }

  /**
   * Whether it is known where blocks {@code [from, until)} are, or that they are nowhere; else
   * {@link ReceiverHost#onBlocksSettled} tells.
   */
  public boolean isSettled(long streamId, long from, long until) {
    Stream stream = streams.get(streamId);
    if (stream == null) {
      return awaited.values().stream()
          .flatMap(List::stream)
          .noneMatch(past -> past.streamId() == streamId);
    }
    return !logs.isSealing(stream.log) || !stream.holders(from, until).isEmpty();
  }

  /** Whether a receiver runs there, or blocks are there that a batch may need. */
  public boolean uses(int executorId) {
    return receivers.values().stream()
            .anyMatch(
                receiver ->
                    receiver.executorId == executorId
                        && receiver.state != TrackedReceiver.State.STOPPED)
        || streams.values().stream().anyMatch(stream -> stream.isHeldBy(executorId));
  }

  public List<ReceiverStatus> status() {
    List<LiveExecutor> live = host.live();
    return receivers.values().stream().map(receiver -> status(receiver, live)).toList();
  }

  private ReceiverStatus status(TrackedReceiver receiver, List<LiveExecutor> live) {
    String runsOn =
        live.stream()
            .filter(executor -> executor.id() == receiver.executorId)
            .findFirst()
            .map(LiveExecutor::host)
            .orElse("");
    return receiver.status(
        streams.get(receiver.streamId),
        runsOn,
        live.size(),
        rates.recordsPerSecond(receiver.input.id()));
  }

  /** Updates the rates that {@link #status} shows; called about once a second. */
  public void sampleRates() {
    for (TrackedReceiver receiver : receivers.values()) {
      receiver.sampleRate(streams.get(receiver.streamId), clock.nowMs());
    }
  }

  private boolean forgetIfOver(Stream stream) {
    TrackedReceiver receiver = receivers.get(stream.inputId);
    if (!stream.isUsedUp() || (receiver != null && receiver.streamId == stream.id)) {
      return false;
    }
    streamsOf.get(stream.inputId).remove(stream.id);
    toldPositions.remove(stream.id);
    return true;
  }

  private void end(Stream stream, long until) {
    if (stream == null || stream.isEnded()) {
      return;
    }
    stream.endAt(until);
    ended(stream);
  }

  private void ended(Stream stream) {
    TrackedReceiver receiver = receivers.get(stream.inputId);
    if (receiver != null) {
      receiver.streamEnded(stream);
    }
    tellPositions(stream);
    host.onStreamEnded(stream.id, stream.endedAt());
  }

  private void startWaiting() {
    // A receiver that seems to run nowhere may run on an executor whose turn has not come.
    if (stopping || !awaited.isEmpty()) {
      return;
    }
    for (TrackedReceiver receiver : receivers.values()) {
      boolean waiting =
          receiver.state == TrackedReceiver.State.WAITING && !isClosing(receiver.streamId);
      if (waiting && !host.live().isEmpty()) {
        start(receiver, leastReceivers(receiver));
      }
    }
  }

  private boolean isClosing(long streamId) {
    Stream stream = streams.get(streamId);
    return stream != null && !stream.isEnded();
  }

  private void start(TrackedReceiver receiver, LiveExecutor executor) {
    long streamId = Stream.id(epoch, ++startedStreams);
    String log = logs.openOn(executor.id());
    add(new Stream(streamId, receiver.input.id(), executor.id(), log));
    int restart = receiver.starting(streamId, executor.id());
    host.onStreamStarted(streamId, receiver.input.id(), executor.id());
    if (log.isEmpty()) {
      sendStart(receiver, restart, "");
      return;
    }
    // A later driver must know the streams that it finds in a log.
    Answers.post(
        logs.directory(log),
        loop,
        (directory, failure) ->
            host.whenDurable(() -> onPrepared(receiver, streamId, restart, directory, failure)));
  }

  private void onPrepared(
      TrackedReceiver receiver, long streamId, int restart, String directory, Throwable failure) {
    Stream stream = streams.get(streamId);
    if (receiver.streamId != streamId || receiver.executorId < 0 || stream.isEnded()) {
      return; // its executor was lost meanwhile
    }
    if (stopping) {
      end(stream, 0);
      receiver.stopped();
      tellIfAllStopped();
    } else if (failure == null) {
      sendStart(receiver, restart, directory);
    } else {
      end(stream, 0);
      receiver.lost("its block log cannot be made: " + failure.getMessage(), clock.nowMs());
      loop.schedule(restartDelayMs, this::startWaiting);
    }
  }

  private void sendStart(TrackedReceiver receiver, int restart, String logDirectory) {
    StartReceiver.Builder message =
        StartReceiver.newBuilder()
            .setReceiverId(receiver.input.id())
            .setStreamId(receiver.streamId)
            .setReceiver(receiver.input.receiver())
            .setReplication(receiver.input.replication())
            .setBlockIntervalMs(blockIntervalMs)
            .setRecordsPerSecond(rates.recordsPerSecond(receiver.input.id()))
            .setRestart(restart)
            .setLogDirectory(logDirectory);
    for (SourcePosition at : receiver.positions.values()) {
      message.addPositions(
          SourceOffset.newBuilder()
              .setSource(at.source())
              .setOffset(ByteString.copyFrom(at.offsetBytes())));
    }
    host.send(receiver.executorId, Envelope.newBuilder().setStartReceiver(message));
  }

  /**
   * Where the receiver wants to be, else where the fewest receivers are; where it failed before
   * only when there is nothing else.
   */
  private LiveExecutor leastReceivers(TrackedReceiver receiver) {
    Map<Integer, Integer> receiversOn = new HashMap<>();
    receivers.values().forEach(other -> receiversOn.merge(other.executorId, 1, Integer::sum));
    Comparator<LiveExecutor> order =
        Comparator.<LiveExecutor, Boolean>comparing(
                executor -> receiver.failedOn.contains(executor.id()))
            .thenComparing(executor -> !receiver.input.preferredHosts().contains(executor.host()))
            .thenComparing(executor -> receiversOn.getOrDefault(executor.id(), 0))
            .thenComparing(LiveExecutor::id);
    return host.live().stream().min(order).orElseThrow();
  }

  private void tellIfAllStopped() {
    boolean allStopped =
        receivers.values().stream()
            .allMatch(receiver -> receiver.state == TrackedReceiver.State.STOPPED);
    if (stopping && allStopped && !allStoppedTold) {
      allStoppedTold = true;
      host.onAllStopped();
    }
  }

  private static List<List<BlockRange>> deal(
      List<BlockRange> ranges, long blocks, int mostPartitions) {
    List<List<BlockRange>> partitions = new ArrayList<>();
    int count = (int) Math.min(blocks, mostPartitions);
    long dealt = 0;
    List<BlockRange> current = new ArrayList<>();
    for (BlockRange range : ranges) {
      long from = range.from();
      while (from < range.until()) {
        long end = blocks * (partitions.size() + 1) / count;
        long until = Math.min(range.until(), from + end - dealt);
        current.add(new BlockRange(range.streamId(), from, until));
        dealt += until - from;
        from = until;
        if (dealt == end) {
          partitions.add(current);
          current = new ArrayList<>();
        }
      }
    }
    return partitions;
  }
}
