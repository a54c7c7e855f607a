package org.millrace.runner.wire;

import java.nio.ByteBuffer;
import java.util.Objects;

/** The raw data behind a control message. */
public sealed interface Payload {
  Payload NONE = new None();

  /** Bytes on a wire; 0 by reference. */
  int sizeBytes();

  /** The payload's bytes; refused for an object that was handed over by reference. */
  ByteBuffer bytes();

  /** No payload. */
  record None() implements Payload {
    @Override
    public int sizeBytes() {
      return 0;
    }

    @Override
    public ByteBuffer bytes() {
      return ByteBuffer.allocate(0);
    }
  }

  /** Heap bytes, never changed once they were sent. {@code bytes()} gives an independent view. */
  record Bytes(ByteBuffer buffer) implements Payload {
    public Bytes {
      Objects.requireNonNull(buffer, "buffer");
    }

    @Override
    public int sizeBytes() {
      return buffer.remaining();
    }

    @Override
    public ByteBuffer bytes() {
      return buffer.duplicate();
    }
  }

  /** An immutable object handed over inside one process; never crosses a wire. */
  record Reference(Object object) implements Payload {
    public Reference {
      Objects.requireNonNull(object, "object");
    }

    @Override
    public int sizeBytes() {
      return 0;
    }

    @Override
    public ByteBuffer bytes() {
      throw new IllegalStateException(
          "a payload by reference has no bytes: " + object.getClass().getName());
    }
  }
}
