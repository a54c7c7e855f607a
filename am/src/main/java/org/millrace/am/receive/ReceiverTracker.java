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
  private final StreamTable streams;
  private final Adoption adoption;
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
    this.streams = new StreamTable(host, receivers);
    this.adoption = new Adoption(host, receivers, streams, logs);
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
    adoption.restore(past, sealed, reached, stayed);
    deleteLogs();
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
    adoption
        .adopt(executorId, log, marks, running)
        .forEach(receiver -> tell(ReceiverChange.STARTED, receiver));
    settled();
  }

  /**
   * An executor that stayed is given up before it was adopted.
   *
   * @param log the name of its block log; empty for none
   */
  public void onExecutorGone(int executorId, String log) {
    adoption.giveUp(executorId, log);
    onExecutorLost(executorId);
  }

  public void onExecutorJoined() {
    startWaiting();
  }

  /**
   * The pool does not list the executor any more. Its streams end where their living holders end.
   */
  public void onExecutorLost(int executorId) {
    streams.all().forEach(stream -> stream.executorLost(executorId));
    List<Stream> closing =
        streams.all().stream()
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
              streams.ended(stream);
            }
          }
          settled();
        });
  }

  /** It is known what is in the log of an executor that was given up. */
  private void onSealed(SealedLog log) {
    for (Stream stream : streams.all()) {
      if (stream.log.equals(log.name()) && !stream.isEnded()) {
        stream.endAtLog(log);
        streams.ended(stream);
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
    streams.mark(executorId, marks);
  }

  public void onReport(int executorId, ReceiverReport report) {
    TrackedReceiver receiver = receivers.get(report.getReceiverId());
    Stream stream = streams.getOrNull(report.getStreamId());
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
        streams.end(stream, report.getFinalUntil());
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
        streams.end(stream, report.getFinalUntil());
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

  /** Of a run that was told to stop when its executor was adopted, or before. */
  private void onReportOfOther(Stream stream, ReceiverReport report) {
    if (logs.isSealing(stream.log)) {
      return; // the log has the positions of the end, which the report does not know
    }
    if (report.getLogFailed() && stream.isLogged()) {
      onLogFailed(stream.primary, stream.log, report.getMessage());
    } else if (report.getState() == ReceiverState.STOPPED
        || report.getState() == ReceiverState.FAILED) {
      streams.end(stream, report.getFinalUntil());
      settled();
    }
  }

  /** Its streams end where it does; their receivers go on elsewhere. */
  private void onLogFailed(int executorId, String log, String why) {
    for (TrackedReceiver receiver : receivers.values()) {
      Stream stream = streams.getOrNull(receiver.streamId);
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

  /** Those that run nowhere stop when it is known what is left of their streams. */
  private void stopWaiting() {
    for (TrackedReceiver receiver : receivers.values()) {
      if (receiver.state == TrackedReceiver.State.WAITING && !isClosing(receiver)) {
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
    for (Stream stream : streams.ofInput(inputId)) {
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
        Stream stream = streams.getOrNull(range.streamId());
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
        Stream stream = streams.getOrNull(range.streamId());
        if (stream != null) {
          stream.cutUntil(Math.max(stream.cut(), range.until()));
          streams.tellPositions(stream);
        }
      }
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
    return streams.all().stream().anyMatch(stream -> stream.available() > stream.cut());
  }

  /** No batch needs these blocks any more; executors that hold them may drop them. */
  public void release(List<List<BlockRange>> partitions) {
    Set<Stream> released = new LinkedHashSet<>();
    for (List<BlockRange> partition : partitions) {
      for (BlockRange range : partition) {
        Stream stream = streams.getOrNull(range.streamId());
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
    streams.forgetUsedUp();
    deleteLogs();
  }

  private static void add(
      Map<Integer, ReleaseBlocks.Builder> messages, int executorId, StreamMark mark) {
    messages.computeIfAbsent(executorId, id -> ReleaseBlocks.newBuilder()).addStreams(mark);
  }

  private void deleteLogs() {
    logs.deleteUnless(streams::isNeeded, host::whenDurable);
  }

  public List<Integer> holders(long streamId, long from, long until) {
    Stream stream = streams.getOrNull(streamId);
    return stream == null ? List.of() : stream.holders(from, until);
  }

  /** Where blocks {@code [from, until)} are in a sealed log; empty when that is not known. */
  public List<LoggedBlocks> logged(long streamId, long from, long until) {
    Stream stream = streams.getOrNull(streamId);
    return stream == null
        ? List.of()
        : logs.sealed(stream.log).map(log -> log.locate(streamId, from, until)).orElse(List.of());
  }

  /**
   * Whether it is known where blocks {@code [from, until)} are, or that they are nowhere; else
   * {@link ReceiverHost#onBlocksSettled} tells.
   */
  public boolean isSettled(long streamId, long from, long until) {
    Stream stream = streams.getOrNull(streamId);
    if (stream == null) {
      return !adoption.awaits(streamId);
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
        || streams.all().stream().anyMatch(stream -> stream.isHeldBy(executorId));
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
        streams.getOrNull(receiver.streamId),
        runsOn,
        live.size(),
        rates.recordsPerSecond(receiver.input.id()));
  }

  /** Updates the rates that {@link #status} shows; called about once a second. */
  public void sampleRates() {
    for (TrackedReceiver receiver : receivers.values()) {
      receiver.sampleRate(streams.getOrNull(receiver.streamId), clock.nowMs());
    }
  }

  private void startWaiting() {
    // A receiver that seems to run nowhere may run on an executor whose turn has not come.
    if (stopping || !adoption.isOver()) {
      return;
    }
    for (TrackedReceiver receiver : receivers.values()) {
      boolean waiting = receiver.state == TrackedReceiver.State.WAITING && !isClosing(receiver);
      if (waiting && !host.live().isEmpty()) {
        start(receiver, leastReceivers(receiver));
      }
    }
  }

  /**
   * Whether it is not known yet what one of its streams has, and so where its sources are to be
   * resumed: the last one, or one that a driver before started, on an executor that was given up.
   */
  private boolean isClosing(TrackedReceiver receiver) {
    return streams.ofInput(receiver.input.id()).stream().anyMatch(stream -> !stream.isEnded());
  }

  private void start(TrackedReceiver receiver, LiveExecutor executor) {
    long streamId = Stream.id(epoch, ++startedStreams);
    String log = logs.openOn(executor.id());
    streams.add(new Stream(streamId, receiver.input.id(), executor.id(), log));
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
    Stream stream = streams.getOrNull(streamId);
    if (receiver.streamId != streamId || receiver.executorId < 0 || stream.isEnded()) {
      return; // its executor was lost meanwhile
    }
    if (stopping) {
      streams.end(stream, 0);
      receiver.stopped();
      tellIfAllStopped();
    } else if (failure == null) {
      sendStart(receiver, restart, directory);
    } else {
      streams.end(stream, 0);
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
    for (SourcePosition at : receiver.positions()) {
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
