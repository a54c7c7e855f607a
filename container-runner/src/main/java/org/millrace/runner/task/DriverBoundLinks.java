package org.millrace.runner.task;

import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;

/**
 * The links for the tasks of one driver. Once another driver is served they lead nowhere: a task
 * that has not noticed yet that it is cancelled must not speak in the name of the new one.
 * Thread-safe.
 */
final class DriverBoundLinks implements PeerLinks {
  private final PeerLinks links;

  /** Volatile: set once by the control loop, read by all senders. */
  private volatile boolean cut;

  DriverBoundLinks(PeerLinks links) {
    this.links = links;
  }

  /** Drops what is sent from now on. */
  void cut() {
    cut = true;
  }

  @Override
  public int self() {
    return links.self();
  }

  @Override
  public void send(int executorId, Frame frame) {
    if (!cut) {
      links.send(executorId, frame);
    }
  }

  @Override
  public boolean byReference(int executorId) {
    return links.byReference(executorId);
  }

  @Override
  public boolean isWritable(int executorId) {
    return cut || links.isWritable(executorId);
  }

  @Override
  public void onWritable(int executorId, Runnable action) {
    if (cut) {
      action.run();
    } else {
      links.onWritable(executorId, action);
    }
  }

  @Override
  public boolean driverByReference() {
    return links.driverByReference();
  }

  @Override
  public void sendToDriver(Envelope.Builder message, Object payloadOrNull) {
    if (!cut) {
      links.sendToDriver(message, payloadOrNull);
    }
  }
}
