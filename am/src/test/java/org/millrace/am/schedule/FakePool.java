package org.millrace.am.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.LoggedBlocks;

/** Executors with one core each that only remember what they were sent. */
final class FakePool implements ExecutorPool {
  private final Map<Integer, LiveExecutor> live = new TreeMap<>();
  private final Map<Integer, List<Envelope>> sent = new TreeMap<>();

  /** Nobody knows where blocks are. */
  boolean unsettled;

  FakePool(int... ids) {
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

  void clear() {
    sent.clear();
  }

  List<Envelope> sentTo(int id) {
    return sent.getOrDefault(id, List.of());
  }

  @Override
  public List<LiveExecutor> live() {
    return List.copyOf(live.values());
  }

  @Override
  public void send(int executorId, Envelope.Builder message) {
    if (live.containsKey(executorId)) {
      sent.computeIfAbsent(executorId, id -> new ArrayList<>()).add(message.build());
    }
  }

  @Override
  public List<Integer> holders(long streamId, long from, long until) {
    return List.copyOf(live.keySet());
  }

  @Override
  public List<LoggedBlocks> logged(long streamId, long from, long until) {
    return List.of(
        LoggedBlocks.newBuilder()
            .setDirectory("log-of-" + streamId)
            .addOffsets(from)
            .addLengths((int) (until - from))
            .build());
  }

  @Override
  public boolean isSettled(long streamId, long from, long until) {
    return !unsettled;
  }
}
