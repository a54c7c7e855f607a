package org.millrace.am.receive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.api.graph.BlockRange;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.LimitReceiver;
import org.millrace.runner.wire.proto.ReceiverReport;
import org.millrace.runner.wire.proto.ReleaseBlocks;
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
 *     any of them, executor lost or FAILED -> closing (who holds what?) -> waiting -> starting elsewhere
 *     any of them, stop -> stopping -> stopped
 * </pre>
 */
public final class ReceiverTracker {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverTracker.class);

  private final ReceiverHost host;
  private final Loop loop;
  private final Clock clock;
  private final long blockIntervalMs;
  private final long restartDelayMs;
  private final ReceiverRates rates;
  private final Map<Integer, TrackedReceiver> receivers = new LinkedHashMap<>();
  private final Map<Long, Stream> streams = new TreeMap<>();
  private boolean stopping;
  private boolean allStoppedTold;

  /**
   * How receivers run. Immutable.
   *
   * @param intervalMs of batches
   */
  public record Settings(
      long intervalMs, long blockIntervalMs, long restartDelayMs, RatePolicy rates) {}

  public ReceiverTracker(ReceiverHost host, Loop loop, Clock clock, Settings settings) {
    this.host = host;
    this.loop = loop;
    this.clock = clock;
    this.blockIntervalMs = settings.blockIntervalMs();
    this.restartDelayMs = settings.restartDelayMs();
    this.rates = new ReceiverRates(settings.rates(), settings.intervalMs());
  }

  /**
   * Starts the receivers, each on the executor with the fewest; those that find none wait for one.
   */
  public void start(List<ReceiverInput> inputs) {
    inputs.forEach(input -> receivers.put(input.id(), new TrackedReceiver(input)));
    startWaiting();
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
            .toList();
    for (TrackedReceiver receiver : receivers.values()) {
      receiver.ranOn.remove(executorId);
      if (receiver.executorId == executorId && receiver.state != TrackedReceiver.State.STOPPED) {
        receiver.lost("its executor " + executorId + " was lost", clock.nowMs());
        tell(ReceiverChange.STOPPED, receiver);
      }
    }
    host.pingAll(
        () -> {
          for (Stream stream : closing) {
            end(stream, stream.highestHeld());
          }
          if (stopping) {
            stopWaiting();
          } else {
            startWaiting();
          }
        });
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
    if (receiver == null || receiver.streamId != report.getStreamId()) {
      return;
    }
    boolean wasActive = receiver.state == TrackedReceiver.State.ACTIVE;
    receiver.report(report, clock.nowMs());
    change(report, wasActive).ifPresent(change -> tell(change, receiver));
    Stream stream = streams.get(report.getStreamId());
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
    for (Stream stream : streams.values()) {
      long until = stream.available();
      if (stream.inputId == inputId && until > stream.cut()) {
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
        host.send(
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

  /** No batch needs these blocks any more; executors may drop them. */
  public void release(List<List<BlockRange>> partitions) {
    ReleaseBlocks.Builder message = ReleaseBlocks.newBuilder();
    for (List<BlockRange> partition : partitions) {
      for (BlockRange range : partition) {
        Stream stream = streams.get(range.streamId());
        if (stream != null && stream.releaseUntil(range.until())) {
          message.addStreams(
              StreamMark.newBuilder().setStreamId(range.streamId()).setUntil(range.until()));
        }
      }
    }
    if (message.getStreamsCount() > 0) {
      host.live()
          .forEach(
              executor ->
                  host.send(
                      executor.id(), Envelope.newBuilder().setReleaseBlocks(message.clone())));
    }
    streams.values().removeIf(this::isOver);
  }

  public List<Integer> holders(long streamId, long from, long until) {
    Stream stream = streams.get(streamId);
    return stream == null ? List.of() : stream.holders(from, until);
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

  private boolean isOver(Stream stream) {
    return stream.isUsedUp() && receivers.get(stream.inputId).streamId != stream.id;
  }

  private void end(Stream stream, long until) {
    if (stream == null || stream.isEnded()) {
      return;
    }
    TrackedReceiver receiver = receivers.get(stream.inputId);
    receiver.streamEnded(stream, until);
    stream.endAt(until);
    host.onStreamEnded(stream.id, until);
  }

  private void startWaiting() {
    if (stopping) {
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
    long streamId = Stream.id(receiver.input.id(), executor.id());
    if (receiver.ranOn.contains(executor.id())) {
      LOG.info("receiver {} stays off executor {}", receiver.input.name(), executor.id());
      return;
    }
    streams.put(streamId, new Stream(streamId, receiver.input.id(), executor.id()));
    int restart = receiver.starting(streamId, executor.id());
    host.onStreamStarted(streamId, receiver.input.id(), executor.id());
    host.send(
        executor.id(),
        Envelope.newBuilder()
            .setStartReceiver(
                StartReceiver.newBuilder()
                    .setReceiverId(receiver.input.id())
                    .setStreamId(streamId)
                    .setReceiver(receiver.input.receiver())
                    .setReplication(receiver.input.replication())
                    .setBlockIntervalMs(blockIntervalMs)
                    .setRecordsPerSecond(rates.recordsPerSecond(receiver.input.id()))
                    .setRestart(restart)));
  }

  /**
   * Where the receiver wants to be, else where the fewest receivers are; never where its stream
   * ended before.
   */
  private LiveExecutor leastReceivers(TrackedReceiver receiver) {
    Comparator<LiveExecutor> order =
        Comparator.<LiveExecutor, Boolean>comparing(
                executor -> receiver.ranOn.contains(executor.id()))
            .thenComparing(executor -> !receiver.input.preferredHosts().contains(executor.host()))
            .thenComparing(executor -> receiversOn(executor.id()))
            .thenComparing(LiveExecutor::id);
    return host.live().stream().min(order).orElseThrow();
  }

  private long receiversOn(int executorId) {
    return receivers.values().stream()
        .filter(receiver -> receiver.executorId == executorId)
        .count();
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
