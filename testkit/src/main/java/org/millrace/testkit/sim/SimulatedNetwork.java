package org.millrace.testkit.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.proto.Envelope;

/**
 * Connections that keep the order of frames, deliver each after a delay, and break. Not
 * thread-safe.
 */
public final class SimulatedNetwork {
  private static final int MOST_DELAY_MS = 4;
  private static final int HIGH_WATER_FRAMES = 64;

  private final SimulatedTime time;
  private final SplittableRandom random;
  private final Pace pace;
  private final Tap tap;
  private final Map<Address, Listener> listeners = new HashMap<>();
  private final List<End> ends = new ArrayList<>();
  private int lastPort;

  private record Listener(Machine machine, Loop network, FrameHandler handler) {}

  /** Sees what each machine sends, at the moment of sending. */
  @FunctionalInterface
  public interface Tap {
    /** What is sent instead, without a payload; empty for the message itself. */
    Optional<Envelope> onSend(Machine sender, Envelope message);
  }

  /** A network without machines. */
  public SimulatedNetwork(SimulatedTime time, Pace pace, long seed, Tap tap) {
    this.time = time;
    this.pace = pace;
    this.random = new SplittableRandom(seed);
    this.tap = tap;
  }

  /** The transport of a machine. */
  public Transport transport(Machine machine) {
    return new MachineTransport(machine);
  }

  /** The machine is dead: the others notice, after what was under way or not. */
  public void onKilled(Machine machine) {
    listeners.values().removeIf(listener -> listener.machine() == machine);
    for (End end : List.copyOf(ends)) {
      if (end.machine == machine) {
        end.other.losesFrames = random.nextBoolean();
        end.breakLink();
      }
    }
  }

  private int delayMs() {
    return pace == Pace.AT_ONCE ? 0 : random.nextInt(MOST_DELAY_MS);
  }

  /** Breaks one link between two of these machines, if there is one. */
  void breakALink(List<Machine> among) {
    List<End> candidates =
        ends.stream()
            .filter(end -> among.contains(end.machine) && among.contains(end.other.machine))
            .toList();
    if (!candidates.isEmpty()) {
      End end = candidates.get(random.nextInt(candidates.size()));
      end.losesFrames = random.nextBoolean();
      end.other.losesFrames = random.nextBoolean();
      end.breakLink();
    }
  }

  private final class MachineTransport implements Transport {
    private final Machine machine;
    private final Loop network;

    MachineTransport(Machine machine) {
      this.machine = machine;
      this.network = machine.loop("network");
    }

    @Override
    public Address listen(Address wanted, FrameHandler handler) {
      Address address = new Address(wanted.host(), ++lastPort);
      listeners.put(address, new Listener(machine, network, handler));
      return address;
    }

    @Override
    public CompletableFuture<Connection> connect(
        Address address, String self, FrameHandler handler) {
      CompletableFuture<Connection> answer = new CompletableFuture<>();
      network.schedule(delayMs(), () -> connectNow(address, self, handler, answer));
      return answer;
    }

    private void connectNow(
        Address address, String self, FrameHandler handler, CompletableFuture<Connection> answer) {
      Listener listener = listeners.get(address);
      if (listener == null) {
        answer.completeExceptionally(
            new MillraceException(
                ErrorCode.CONNECTION_FAILED, "Nobody listens on " + address + " in this world"));
        return;
      }
      End near = new End(machine, network, address.toString(), handler);
      End far = new End(listener.machine(), listener.network(), self, listener.handler());
      near.other = far;
      far.other = near;
      ends.add(near);
      ends.add(far);
      answer.complete(near);
    }

    @Override
    public long refusedConnections() {
      return 0;
    }

    @Override
    public void close() {
      listeners.values().removeIf(listener -> listener.machine() == machine);
      List.copyOf(ends).stream().filter(end -> end.machine == machine).forEach(End::close);
    }
  }

  /** One end of a link; frames to it are delivered on its machine's network loop. */
  private final class End implements Connection {
    private final Machine machine;
    private final Loop network;
    private final String peer;
    private final FrameHandler handler;
    private final List<Runnable> whenWritable = new ArrayList<>();
    private End other;
    private boolean open = true;
    private boolean gone;
    private boolean losesFrames;
    private long lastArrivalMs;
    private int onTheWayHere;

    End(Machine machine, Loop network, String peer, FrameHandler handler) {
      this.machine = machine;
      this.network = network;
      this.peer = peer;
      this.handler = handler;
    }

    @Override
    public String peer() {
      return peer;
    }

    @Override
    public boolean byReference() {
      return false;
    }

    @Override
    public void send(Frame frame) {
      if (!open || !machine.isAlive()) {
        return;
      }
      Frame copy =
          tap.onSend(machine, frame.envelope()).map(Frame::of).orElseGet(() -> copy(frame));
      other.onTheWayHere++;
      other.arrive(() -> other.deliver(copy));
    }

    @Override
    public boolean isWritable() {
      return other.onTheWayHere < HIGH_WATER_FRAMES;
    }

    @Override
    public void onWritable(Runnable action) {
      if (!open || isWritable()) {
        action.run();
      } else {
        whenWritable.add(action);
      }
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      end(Optional.empty());
    }

    void breakLink() {
      end(Optional.of(new IOException("the link broke")));
    }

    private void end(Optional<Throwable> cause) {
      if (!open) {
        return;
      }
      open = false;
      other.open = false;
      arrive(() -> hangUp(cause));
      other.arrive(() -> other.hangUp(cause));
    }

    private void arrive(Runnable arrival) {
      lastArrivalMs = Math.max(lastArrivalMs, time.nowMs() + delayMs());
      network.schedule(lastArrivalMs - time.nowMs(), arrival);
    }

    private void deliver(Frame frame) {
      onTheWayHere--;
      if (!gone && !losesFrames) {
        handler.onFrame(this, frame);
      }
      other.tellWritable();
    }

    private void tellWritable() {
      if (isWritable() || !open) {
        List<Runnable> actions = List.copyOf(whenWritable);
        whenWritable.clear();
        actions.forEach(action -> network.execute(action));
      }
    }

    private void hangUp(Optional<Throwable> cause) {
      if (!gone) {
        gone = true;
        ends.remove(this);
        handler.onClosed(this, cause);
        tellWritable();
      }
    }
  }

  /** As a wire does: nothing is shared between two machines. */
  private static Frame copy(Frame frame) {
    if (frame.payload() instanceof Payload.Reference) {
      throw new AssertionError("an object on a wire: " + frame.envelope());
    }
    ByteBuffer bytes = frame.payload().bytes();
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
    copy.put(bytes).flip();
    return Frame.of(frame.envelope(), copy);
  }
}
