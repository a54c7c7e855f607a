package org.millrace.runner.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.ExecutorRegistered;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.Ping;

/** A driver that says what a test tells it to. Thread-safe. */
public final class ScriptedDriver implements FrameHandler {

  public static final long EPOCH = 7;

  /** Of what comes for certain; the other side may have to start its process. */
  private static final long DEADLINE_SECONDS = 120;

  /** What one executor said, and where to answer. */
  public record Message(Connection from, Frame frame) {}

  private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<Connection> closed = new LinkedBlockingQueue<>();
  private final Address address;
  private final long attempt;

  public ScriptedDriver(Transport transport, Address listen) {
    this(transport, listen, EPOCH);
  }

  public ScriptedDriver(Transport transport, Address listen, long attempt) {
    this.attempt = attempt;
    address = transport.listen(listen, this);
  }

  public Address address() {
    return address;
  }

  @Override
  public void onFrame(Connection connection, Frame frame) {
    messages.add(new Message(connection, frame));
  }

  @Override
  public void onClosed(Connection connection, Optional<Throwable> cause) {
    closed.add(connection);
  }

  /** The next message of this kind; earlier ones of other kinds are dropped. */
  public Message await(Envelope.MessageCase kind) throws InterruptedException {
    long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (System.nanoTime() < untilNanos) {
      Message message = messages.poll(100, TimeUnit.MILLISECONDS);
      if (message != null && message.frame().envelope().getMessageCase() == kind) {
        return message;
      }
    }
    throw new AssertionError("No " + kind + " arrived within " + DEADLINE_SECONDS + " s");
  }

  public void awaitClosed() throws InterruptedException {
    if (closed.poll(DEADLINE_SECONDS, TimeUnit.SECONDS) == null) {
      throw new AssertionError("No connection was closed within " + DEADLINE_SECONDS + " s");
    }
  }

  /** What has come since the last call. */
  public List<Message> taken() {
    List<Message> taken = new ArrayList<>();
    messages.drainTo(taken);
    return taken;
  }

  public List<Envelope> taken(Envelope.MessageCase kind) {
    return taken().stream()
        .map(message -> message.frame().envelope())
        .filter(envelope -> envelope.getMessageCase() == kind)
        .toList();
  }

  /** Sends in the name of this driver's attempt. */
  public void answer(Connection executor, Envelope.Builder message) {
    executor.send(Frame.of(message.setEpoch(attempt).build()));
  }

  public static void send(Connection executor, Envelope.Builder message) {
    executor.send(Frame.of(message.setEpoch(EPOCH).build()));
  }

  public static Envelope.Builder registered(int executorId, boolean hasCheckpointDirectory) {
    return Envelope.newBuilder()
        .setExecutorRegistered(
            ExecutorRegistered.newBuilder()
                .setExecutorId(executorId)
                .setHasCheckpointDirectory(hasCheckpointDirectory));
  }

  public static Envelope.Builder ping(long number) {
    return Envelope.newBuilder().setPing(Ping.newBuilder().setNumber(number));
  }

  public static Envelope.Builder membership(long version, ExecutorAddress... executors) {
    return Envelope.newBuilder()
        .setMembership(
            Membership.newBuilder().setVersion(version).addAllExecutors(List.of(executors)));
  }

  public static ExecutorAddress address(int executorId, Address data) {
    return ExecutorAddress.newBuilder()
        .setExecutorId(executorId)
        .setHost(data.host())
        .setDataPort(data.port())
        .setCores(1)
        .build();
  }
}
