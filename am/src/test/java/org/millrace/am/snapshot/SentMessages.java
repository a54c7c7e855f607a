package org.millrace.am.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.am.schedule.PoolWithoutBlocks;
import org.millrace.runner.wire.proto.Envelope;

/** Executors of one core, from 1 on, that remember what they were sent. */
final class SentMessages extends PoolWithoutBlocks {
  private final Map<Integer, List<Envelope>> sent = new TreeMap<>();
  private final List<LiveExecutor> live = new ArrayList<>();

  SentMessages(int executors) {
    for (int id = 1; id <= executors; id++) {
      join(id);
    }
  }

  void join(int executorId) {
    live.add(new LiveExecutor(executorId, "host-" + executorId, 1));
  }

  void lose(int executorId) {
    live.removeIf(executor -> executor.id() == executorId);
  }

  @Override
  public List<LiveExecutor> live() {
    return live;
  }

  @Override
  public void send(int executorId, Envelope.Builder message) {
    sent.computeIfAbsent(executorId, added -> new ArrayList<>()).add(message.build());
  }

  Envelope last(int executorId) {
    List<Envelope> all = sent.getOrDefault(executorId, List.of());
    return all.get(all.size() - 1);
  }

  int count(int executorId) {
    return sent.getOrDefault(executorId, List.of()).size();
  }
}
