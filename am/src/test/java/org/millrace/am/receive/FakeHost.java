package org.millrace.am.receive;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ReleaseBlocks;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StopReceiver;

/** Executors that only remember what they were sent; the test answers pings. */
final class FakeHost implements ReceiverHost {
  final List<StartReceiver> starts = new ArrayList<>();
  final List<Integer> startedOn = new ArrayList<>();
  final List<StopReceiver> stops = new ArrayList<>();
  final List<ReleaseBlocks> releases = new ArrayList<>();
  final Map<Long, Long> ended = new TreeMap<>();
  final List<Long> started = new ArrayList<>();
  final List<Long> rates = new ArrayList<>();
  final List<String> changes = new ArrayList<>();
  final List<String> reached = new ArrayList<>();
  int allStopped;
  int settled;

  private final Map<Integer, LiveExecutor> live = new TreeMap<>();
  private final List<Runnable> pings = new ArrayList<>();

  FakeHost(int... ids) {
    for (int id : ids) {
      join(id);
    }
  }

  void join(int id) {
    live.put(id, new LiveExecutor(id, "host-" + id, 1));
  }

  void lose(int id) {
    live.remove(id);
  }

  /** The stream of a receiver that was started last on an executor. */
  long stream(int receiverId, int executorId) {
    for (int i = starts.size() - 1; i >= 0; i--) {
      if (starts.get(i).getReceiverId() == receiverId && startedOn.get(i) == executorId) {
        return starts.get(i).getStreamId();
      }
    }
    throw new AssertionError("receiver " + receiverId + " was not started on " + executorId);
  }

  /** All executors have answered all pings. */
  void answerPings() {
    List<Runnable> open = new ArrayList<>(pings);
    pings.clear();
    open.forEach(Runnable::run);
  }

  @Override
  public List<LiveExecutor> live() {
    return List.copyOf(live.values());
  }

  @Override
  public void send(int executorId, Envelope.Builder message) {
    Envelope envelope = message.build();
    switch (envelope.getMessageCase()) {
      case START_RECEIVER -> {
        starts.add(envelope.getStartReceiver());
        startedOn.add(executorId);
      }
      case STOP_RECEIVER -> stops.add(envelope.getStopReceiver());
      case LIMIT_RECEIVER -> rates.add(envelope.getLimitReceiver().getRecordsPerSecond());
      case RELEASE_BLOCKS -> releases.add(envelope.getReleaseBlocks());
      default -> throw new AssertionError("sent " + envelope);
    }
  }

  @Override
  public void pingAll(Runnable answered) {
    pings.add(answered);
  }

  @Override
  public void onStreamStarted(long streamId, int inputId, int executorId) {
    started.add(streamId);
  }

  @Override
  public void onStreamEnded(long streamId, long endedAt) {
    ended.put(streamId, endedAt);
  }

  @Override
  public void onSourcesReached(int inputId, long streamId, List<SourcePosition> positions) {
    reached.add(inputId + " " + positions);
  }

  @Override
  public void whenDurable(Runnable action) {
    action.run();
  }

  @Override
  public void onBlocksSettled() {
    settled++;
  }

  @Override
  public void onReceiver(ReceiverChange change, ReceiverStatus status) {
    changes.add(change + " " + status.inputId() + " " + status.lastError());
  }

  @Override
  public void onAllStopped() {
    allStopped++;
  }
}
