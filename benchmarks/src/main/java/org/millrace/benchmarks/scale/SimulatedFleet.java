package org.millrace.benchmarks.scale;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.driver.ClusterResources;
import org.millrace.benchmarks.scale.Traffic.Way;
import org.millrace.benchmarks.scale.VirtualWorld.Owner;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameDecoder;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.FrameLayout;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.proto.Envelope;

/**
 * Simulated executors, and the network between them and the driver. Every frame becomes bytes and a
 * frame again; the driver pays for its half of that. Not thread-safe: all in the virtual world.
 */
final class SimulatedFleet implements Transport, ClusterResources {
  private static final long NETWORK_NANOS = 100_000;

  private final VirtualWorld world;
  private final int cores;
  private final long taskNanos;
  private final Traffic traffic = new Traffic();
  private final List<SimulatedExecutor> executors = new ArrayList<>();
  private FrameHandler driver;
  private long blocks;
  private Listener listener;
  private boolean closed;

  /**
   * A fleet without executors.
   *
   * @param cores of each executor
   * @param taskNanos how long a task runs
   */
  SimulatedFleet(VirtualWorld world, int cores, long taskNanos) {
    this.world = world;
    this.cores = cores;
    this.taskNanos = taskNanos;
  }

  Traffic traffic() {
    return traffic;
  }

  /** Blocks that receivers have stored. */
  long blocks() {
    return blocks;
  }

  void onBlock() {
    blocks++;
  }

  VirtualWorld world() {
    return world;
  }

  int cores() {
    return cores;
  }

  long taskNanos() {
    return taskNanos;
  }

  // ---- the network

  @Override
  public Address listen(Address listenAddress, FrameHandler handler) {
    driver = handler;
    return new Address(listenAddress.host(), 1);
  }

  @Override
  public CompletableFuture<Connection> connect(Address address, String self, FrameHandler handler) {
    throw new UnsupportedOperationException("the driver connects to nobody");
  }

  @Override
  public long refusedConnections() {
    return 0;
  }

  /** The driver's end of the connection of one executor. */
  final class Link implements Connection {
    private final SimulatedExecutor executor;
    private final FrameDecoder decoder = new FrameDecoder();
    private boolean open = true;

    Link(SimulatedExecutor executor) {
      this.executor = executor;
    }

    @Override
    public String peer() {
      return executor.name();
    }

    @Override
    public boolean byReference() {
      return false;
    }

    @Override
    public void send(Frame frame) {
      int bytes = FrameLayout.checkedSizeBytes(frame);
      byte[] head = FrameLayout.head(frame).array();
      traffic.count(Way.FROM_DRIVER, frame.envelope().getMessageCase(), bytes);
      world.executors(
          NETWORK_NANOS,
          () -> executor.onMessage(new FrameDecoder().next(ByteBuffer.wrap(head)).envelope()));
    }

    /** From the executor to the driver. */
    void toDriver(Envelope envelope) {
      Frame frame = Frame.of(envelope);
      byte[] head = FrameLayout.head(frame).array();
      traffic.count(Way.TO_DRIVER, envelope.getMessageCase(), head.length);
      world.driver(
          NETWORK_NANOS,
          envelope.hasHeartbeat() ? Owner.HEARTBEATS : Owner.DRIVER,
          () -> {
            if (open) {
              driver.onFrame(this, decoder.next(ByteBuffer.wrap(head)));
            }
          });
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void onWritable(Runnable action) {
      action.run();
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        executor.end();
        driver.onClosed(this, Optional.empty());
      }
    }
  }

  // ---- the cluster manager

  @Override
  public void start(Listener told) {
    listener = told;
  }

  @Override
  public void requestExecutors(int total) {
    while (!closed && executors.size() < total) {
      SimulatedExecutor executor = new SimulatedExecutor(this, executors.size() + 1);
      executors.add(executor);
      listener.onExecutorLaunched(executor.name(), executor.name());
      world.executors(NETWORK_NANOS, executor::register);
    }
  }

  @Override
  public void releaseExecutor(String container) {
    // It ends with its connection.
  }

  @Override
  public void reportProgress(float progress, String diagnostics) {
    // Nobody asks.
  }

  @Override
  public void close() {
    closed = true;
    executors.forEach(SimulatedExecutor::end);
  }
}
