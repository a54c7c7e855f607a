package org.millrace.runner.receive;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.Membership;

/** Executors that reach each other through one loop, which delays or drops as a test wants. */
final class PeerNetwork {
  private final Loop wire;
  private final Clock clock;
  private final BlockingWork work;
  private final Map<Integer, PeerExecutor> executors = new ConcurrentHashMap<>();
  private final Map<Integer, String> hosts = new ConcurrentHashMap<>();
  private final Map<Integer, List<Runnable>> waitingForLink = new ConcurrentHashMap<>();
  private final List<Envelope> sent = Collections.synchronizedList(new ArrayList<>());

  // Volatile: set by the test, read by the wire's thread.
  private volatile long delayMs;
  private volatile BiPredicate<Integer, Frame> drop = (executor, frame) -> false;

  PeerNetwork(Loop wire, Clock clock, BlockingWork work) {
    this.wire = wire;
    this.clock = clock;
    this.work = work;
  }

  PeerExecutor add(int id, String host, Loop loop, long memoryBytes, ReceiverSettings settings) {
    PeerExecutor executor =
        new PeerExecutor(new Links(id), loop, clock, work, memoryBytes, settings);
    executors.put(id, executor);
    hosts.put(id, host);
    return executor;
  }

  /** Tells all that are left who lives. */
  void announce() {
    Membership.Builder membership = Membership.newBuilder();
    hosts.forEach(
        (id, host) ->
            membership.addExecutors(ExecutorAddress.newBuilder().setExecutorId(id).setHost(host)));
    executors.values().forEach(executor -> executor.tell(membership.build()));
  }

  /** The driver tells all that blocks are no longer needed. */
  void release(long streamId, long until) {
    executors.values().forEach(executor -> executor.release(streamId, until));
  }

  /** The executor is gone at once; the others learn it by {@link #announce}. */
  void kill(int id) {
    executors.remove(id);
    hosts.remove(id);
  }

  void delay(long newDelayMs) {
    delayMs = newDelayMs;
  }

  /** Drops frames to an executor for which the predicate holds. */
  void dropIf(BiPredicate<Integer, Frame> predicate) {
    drop = predicate;
  }

  void closeLinkTo(int executor) {
    waitingForLink.putIfAbsent(executor, Collections.synchronizedList(new ArrayList<>()));
  }

  void openLinkTo(int executor) {
    waitingForLink.remove(executor).forEach(Runnable::run);
  }

  void openAllLinks() {
    List.copyOf(waitingForLink.keySet()).forEach(this::openLinkTo);
  }

  /** All frames that were ever sent, whether they arrived or not. */
  List<Envelope> sent() {
    return List.copyOf(sent);
  }

  private void deliver(int from, int to, Frame frame) {
    PeerExecutor target = executors.get(to);
    if (target != null) {
      target.manager().onPeerFrame(from, frame);
    }
  }

  private final class Links implements PeerLinks {
    private final int self;

    Links(int self) {
      this.self = self;
    }

    @Override
    public int self() {
      return self;
    }

    @Override
    public void send(int executorId, Frame frame) {
      sent.add(frame.envelope());
      if (!drop.test(executorId, frame)) {
        wire.schedule(delayMs, () -> deliver(self, executorId, frame));
      }
    }

    @Override
    public boolean isWritable(int executorId) {
      return !waitingForLink.containsKey(executorId);
    }

    @Override
    public void onWritable(int executorId, Runnable action) {
      List<Runnable> waiting = waitingForLink.get(executorId);
      if (waiting == null) {
        action.run();
      } else {
        waiting.add(action);
      }
    }

    @Override
    public boolean driverByReference() {
      return false;
    }

    @Override
    public void sendToDriver(Envelope.Builder message, Object payloadOrNull) {
      PeerExecutor executor = executors.get(self);
      if (executor != null) {
        executor.onReport(message.getReceiverReport());
      }
    }
  }
}
