package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.Envelope;

/** Links between the executors of a test: in order on one link, in any order between links. */
final class TestNetwork {
  private final SimulatedTime time;
  private final Map<String, Loop> links = new HashMap<>();
  private final Map<Integer, TaskManager> executors = new HashMap<>();
  private final Set<String> stalled = new HashSet<>();
  private final Map<String, List<Runnable>> waiting = new HashMap<>();
  private final List<Envelope> sent = new ArrayList<>();
  private Predicate<Envelope> lost = message -> false;
  private boolean twice;

  TestNetwork(SimulatedTime time) {
    this.time = time;
  }

  void attach(int executorId, TaskManager manager) {
    executors.put(executorId, manager);
  }

  /** Frames that match never arrive. */
  void lose(Predicate<Envelope> messages) {
    lost = messages;
  }

  /** Every frame arrives a second time. */
  void deliverTwice() {
    twice = true;
  }

  /** What crossed a wire. */
  List<Envelope> sent() {
    return sent;
  }

  void stall(int from, int to) {
    stalled.add(from + ">" + to);
  }

  void unstall(int from, int to) {
    String link = from + ">" + to;
    stalled.remove(link);
    List<Runnable> actions = waiting.remove(link);
    if (actions != null) {
      actions.forEach(Runnable::run);
    }
  }

  boolean isAwaited(int from, int to) {
    return waiting.containsKey(from + ">" + to);
  }

  PeerLinks linksOf(int self, TestDriver driver) {
    return new PeerLinks() {
      @Override
      public int self() {
        return self;
      }

      @Override
      public void send(int executorId, Frame frame) {
        if (executorId == self) {
          executors.get(self).onPeerFrame(self, frame);
          return;
        }
        if (frame.payload() instanceof Payload.Reference) {
          throw new AssertionError("an object on a wire: " + frame.envelope());
        }
        sent.add(frame.envelope());
        if (lost.test(frame.envelope())) {
          return;
        }
        Loop link =
            links.computeIfAbsent(self + ">" + executorId, name -> time.loop("link " + name));
        for (int i = 0; i < (twice ? 2 : 1); i++) {
          link.execute(() -> executors.get(executorId).onPeerFrame(self, frame));
        }
      }

      @Override
      public boolean isWritable(int executorId) {
        return !stalled.contains(self + ">" + executorId);
      }

      @Override
      public void onWritable(int executorId, Runnable action) {
        if (isWritable(executorId)) {
          action.run();
        } else {
          waiting.computeIfAbsent(self + ">" + executorId, unused -> new ArrayList<>()).add(action);
        }
      }

      @Override
      public boolean driverByReference() {
        return false; // the form of results is a setting of the tasks
      }

      @Override
      public void sendToDriver(Envelope.Builder message, Object payloadOrNull) {
        driver.onMessage(self, message.build(), payloadOrNull);
      }
    };
  }
}
