package org.millrace.api.graph;

import java.util.Objects;
import org.millrace.api.streaming.receiver.Receiver;

/** A stream of what one receiver stores. */
public final class ReceiverStreamNode extends InputStreamNode {
  private final Receiver<?> receiver;

  /** The stream of a receiver that was not started. */
  public ReceiverStreamNode(NodeLabel label, int inputId, Receiver<?> receiver) {
    super(label, inputId);
    this.receiver = Objects.requireNonNull(receiver, "receiver");
  }

  /** The receiver, which is copied to an executor by serialization and started there. */
  public Receiver<?> receiver() {
    return receiver;
  }
}
