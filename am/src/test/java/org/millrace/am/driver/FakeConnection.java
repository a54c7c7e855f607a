package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.Envelope.MessageCase;

/** Remembers what it is given to send. */
final class FakeConnection implements Connection {
  final List<Envelope> sent = new ArrayList<>();
  boolean open = true;
  private final String peer;

  FakeConnection(String peer) {
    this.peer = peer;
  }

  /** The newest message of this kind. */
  Envelope sent(MessageCase kind) {
    return sent.stream()
        .filter(envelope -> envelope.getMessageCase() == kind)
        .reduce((first, second) -> second)
        .orElseThrow(() -> new AssertionError("no " + kind + " among " + sent));
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
    sent.add(frame.envelope());
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
    open = false;
  }
}
