package org.millrace.runner.wire;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.millrace.runner.wire.proto.Envelope;

/** One message: a control envelope and the raw payload behind it. Immutable. */
public record Frame(Envelope envelope, Payload payload) {
  public Frame {
    Objects.requireNonNull(envelope, "envelope");
    Objects.requireNonNull(payload, "payload");
  }

  public static Frame of(Envelope envelope) {
    return new Frame(envelope, Payload.NONE);
  }

  public static Frame of(Envelope envelope, ByteBuffer payload) {
    return new Frame(envelope, new Payload.Bytes(payload));
  }

  public static Frame byReference(Envelope envelope, Object payload) {
    return new Frame(envelope, new Payload.Reference(payload));
  }
}
