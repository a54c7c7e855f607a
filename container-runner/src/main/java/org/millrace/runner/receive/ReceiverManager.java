package org.millrace.runner.receive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.block.BlockStore;
import org.millrace.runner.block.HeldRange;
import org.millrace.runner.executor.ReceiverService;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.BlockReplicated;
import org.millrace.runner.wire.proto.LimitReceiver;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReleaseBlocks;
import org.millrace.runner.wire.proto.RunningReceiver;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StopReceiver;
import org.millrace.runner.wire.proto.StreamMark;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receivers of an executor and the blocks it holds. Owned by the control loop, except {@link
 * #onPeerFrame}.
 */
public final class ReceiverManager implements ReceiverService {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverManager.class);
  private static final long TICK_MS = 250;

  private final ReceiverEnvironment environment;
  private final BlockStore store;
  private final Loop loop;
  private final Map<Long, ReceivedStream> streams = new HashMap<>();
  private final Map<Integer, StartReceiver> startsAfterStop = new HashMap<>();

  /**
   * By directory; the driver lets an executor write another one only when the one before failed.
   */
  private final Map<String, ReceivedBlockLog> logs = new HashMap<>();

  private PeerChoice peers = PeerChoice.NOBODY;
  private String newestLog = "";
  private boolean closed;

  public ReceiverManager(ReceiverEnvironment environment) {
    this.environment = environment;
    this.store = environment.blockStore();
    this.loop = environment.controlLoop();
    scheduleTick();
  }

  @Override
  public void start(StartReceiver message) {
    if (closed) {
      return;
    }
    Optional<ReceivedStream> running = running(message.getReceiverId());
    if (running.isPresent()) {
      startAfter(running.get(), message);
      return;
    }
    ReceivedStream stream =
        streams.computeIfAbsent(message.getStreamId(), id -> newStream(message));
    stream.replicator().setReplication(message.getReplication());
    ReceiverRun run = new ReceiverRun(message, stream, environment, () -> onStopped(message));
    stream.setRun(Optional.of(run));
    run.begin(message.getReceiver().toByteArray());
  }

  /** A start with another stream says that the driver has given up the one that is filled here. */
  private void startAfter(ReceivedStream running, StartReceiver message) {
    ReceiverRun run = running.run().orElseThrow();
    if (running.streamId() == message.getStreamId() && !run.isEnding()) {
      LOG.warn("Receiver {} is running here already", message.getReceiverId());
      return;
    }
    startsAfterStop.put(message.getReceiverId(), message);
    run.stop(new ReceiverRun.Ending(false, "started anew by the driver", Optional.empty()));
  }

  @Override
  public void stop(StopReceiver message) {
    StartReceiver waiting = startsAfterStop.remove(message.getReceiverId());
    if (waiting != null && !streams.containsKey(waiting.getStreamId())) {
      new ReceiverReports(message.getReceiverId(), waiting.getStreamId(), environment)
          .stopped("stopped by the driver before it was started", null, 0);
    }
    for (ReceivedStream stream : streams.values()) {
      if (stream.receiverId() == message.getReceiverId()) {
        stream
            .run()
            .ifPresent(
                run ->
                    run.stop(
                        new ReceiverRun.Ending(
                            message.getDrain(), "stopped by the driver", Optional.empty())));
      }
    }
  }

  @Override
  public void limit(LimitReceiver message) {
    for (ReceivedStream stream : streams.values()) {
      if (stream.receiverId() == message.getReceiverId()) {
        stream.run().ifPresent(run -> run.limit(message.getRecordsPerSecond()));
      }
    }
  }

  @Override
  public void release(ReleaseBlocks message) {
    for (StreamMark mark : message.getStreamsList()) {
      store.release(mark.getStreamId(), mark.getUntil());
      ReceivedStream stream = streams.get(mark.getStreamId());
      if (stream != null) {
        stream.replicator().onReleased(mark.getUntil());
      }
      logs.values().forEach(log -> log.release(mark.getStreamId(), mark.getUntil()));
    }
  }

  @Override
  public long loggedBytes() {
    return logs.values().stream().mapToLong(ReceivedBlockLog::retainedBytes).sum();
  }

  @Override
  public void onDriverLost() {
    store.beginSpilling();
  }

  @Override
  public void onDriverBack() {
    store.endSpilling();
  }

  @Override
  public void onMembership(Membership membership) {
    peers = PeerChoice.among(membership, environment.peerLinks().self());
    store.onMembership(membership);
    streams.values().forEach(stream -> stream.replicator().onMembership(peers));
  }

  @Override
  public void onPeerFrame(int fromExecutor, Frame frame) {
    try {
      switch (frame.envelope().getMessageCase()) {
        case REPLICATE_BLOCK -> {
          if (store.onReplicateBlock(
              fromExecutor, frame.envelope().getReplicateBlock(), frame.payload().bytes())) {
            environment.marksMoved().run();
          }
        }
        case BLOCK_REPLICATED -> {
          BlockReplicated answer = frame.envelope().getBlockReplicated();
          loop.execute(() -> onReplicated(fromExecutor, answer));
        }
        case FETCH_BLOCK -> store.onFetchBlock(fromExecutor, frame.envelope().getFetchBlock());
        case FETCHED_BLOCK ->
            store.onFetchedBlock(
                fromExecutor, frame.envelope().getFetchedBlock(), frame.payload().bytes());
        default ->
            LOG.warn(
                "Executor {} sent {}, which is no message about blocks: dropped",
                fromExecutor,
                frame.envelope().getMessageCase());
      }
    } catch (MillraceException e) {
      // The sender notices that nothing is acknowledged, sends again, and then turns elsewhere.
      LOG.warn("A message about blocks from executor {} is dropped", fromExecutor, e);
    }
  }

  @Override
  public List<StreamMark> marks() {
    return store.ranges().stream().map(this::mark).toList();
  }

  @Override
  public List<RunningReceiver> running() {
    List<RunningReceiver> running = new ArrayList<>();
    for (ReceivedStream stream : streams.values()) {
      stream
          .run()
          .ifPresent(
              run -> running.add(running(stream.receiverId(), stream.streamId(), run.isEnding())));
    }
    // Nobody may take them for running: the driver that wants them stopped ends them as well.
    startsAfterStop.forEach(
        (receiverId, waiting) -> running.add(running(receiverId, waiting.getStreamId(), true)));
    return running;
  }

  private static RunningReceiver running(int receiverId, long streamId, boolean ending) {
    return RunningReceiver.newBuilder()
        .setReceiverId(receiverId)
        .setStreamId(streamId)
        .setEnding(ending)
        .build();
  }

  @Override
  public String blockLog() {
    return newestLog.substring(newestLog.lastIndexOf('/') + 1);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (ReceivedStream stream : streams.values()) {
      stream.run().ifPresent(ReceiverRun::abandon);
      stream.mark().fail(new MillraceException(ErrorCode.EXECUTOR_LOST, "the executor is closing"));
    }
    logs.values().forEach(log -> Answers.post(log.close(), loop, this::onLogClosed));
    store.close();
  }

  private void onLogClosed(Void closedLog, Throwable failure) {
    if (failure != null) {
      // The driver seals it: what was flushed is safe.
      LOG.warn("The block log did not close in order", failure);
    }
  }

  private Optional<ReceivedStream> running(int receiverId) {
    return streams.values().stream()
        .filter(stream -> stream.receiverId() == receiverId && stream.run().isPresent())
        .findFirst();
  }

  private void onReplicated(int fromExecutor, BlockReplicated answer) {
    ReceivedStream stream = streams.get(answer.getStreamId());
    if (stream != null) {
      stream.replicator().onReplicated(fromExecutor, answer);
    }
  }

  private StreamMark mark(HeldRange held) {
    ReceivedStream stream = streams.get(held.streamId());
    if (stream != null) {
      return stream.report(held);
    }
    return StreamMark.newBuilder()
        .setStreamId(held.streamId())
        .setFrom(held.from())
        .setUntil(held.until())
        .setPrimary(held.primary())
        .setRecordCount(held.untilRecords())
        .setByteCount(held.byteCount())
        .setUntilRecords(held.untilRecords())
        .addAllPositions(ReceiverReports.offsets(held.positions()))
        .build();
  }

  private ReceivedStream newStream(StartReceiver message) {
    long streamId = message.getStreamId();
    SafeMark mark = new SafeMark(() -> onMarkMoved(streamId));
    ReceiverReports reports = new ReceiverReports(message.getReceiverId(), streamId, environment);
    Optional<LoggedStream> log = logFor(message, mark);
    Replicator replicator =
        new Replicator(
            streamId,
            environment,
            log.isPresent() ? new SafeMark(() -> {}) : mark,
            notice -> {
              LOG.warn("Stream of receiver {}: {}", message.getReceiverId(), notice);
              reports.notice(notice);
            });
    replicator.onMembership(peers);
    return new ReceivedStream(message.getReceiverId(), streamId, mark, replicator, log, reports);
  }

  private Optional<LoggedStream> logFor(StartReceiver message, SafeMark mark) {
    if (message.getLogDirectory().isEmpty()) {
      return Optional.empty();
    }
    String directory = message.getLogDirectory();
    newestLog = directory;
    ReceivedBlockLog log =
        logs.computeIfAbsent(
            directory,
            name -> environment.logs().open(name, failure -> onLogFailed(name, failure)));
    return Optional.of(new LoggedStream(directory, log, store, mark, loop));
  }

  private void onLogFailed(String directory, Throwable failure) {
    if (closed) {
      return;
    }
    logs.remove(directory);
    newestLog = newestLog.equals(directory) ? "" : newestLog;
    MillraceException unknown =
        new MillraceException(
            ErrorCode.EXECUTOR_LOST,
            "it is not known whether the records are safe, because the write-ahead log failed: "
                + failure.getMessage(),
            failure);
    // A run that ends makes room for one that waits for it, with a stream of its own.
    for (ReceivedStream stream : List.copyOf(streams.values())) {
      if (stream.isLoggedIn(directory)) {
        stream.mark().fail(unknown);
        stream.run().ifPresent(run -> run.onLogFailed(failure));
      }
    }
  }

  private void onMarkMoved(long streamId) {
    environment.marksMoved().run();
    ReceivedStream stream = streams.get(streamId);
    if (stream != null) {
      stream.run().ifPresent(ReceiverRun::onSafe);
    }
  }

  private void onStopped(StartReceiver message) {
    streams.get(message.getStreamId()).setRun(Optional.empty());
    StartReceiver next = startsAfterStop.remove(message.getReceiverId());
    if (next != null) {
      start(next);
    }
  }

  private void replicate(ReceivedStream stream) {
    // What is in the log alone is not copied any more.
    stream.replicator().onReleased(store.memoryFrom(stream.streamId()));
    stream.replicator().onTick();
  }

  private void scheduleTick() {
    loop.schedule(
        TICK_MS,
        () -> {
          if (!closed) {
            streams.values().forEach(this::replicate);
            scheduleTick();
          }
        });
  }
}
