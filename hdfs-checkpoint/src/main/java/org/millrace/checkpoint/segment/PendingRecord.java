package org.millrace.checkpoint.segment;

import java.nio.ByteBuffer;
import java.util.List;

/** A record that is not durable yet; its bytes may go to more than one segment. Immutable. */
record PendingRecord(long number, byte[] prefix, ByteBuffer[] payload, int payloadBytes) {

  static PendingRecord of(long number, ByteBuffer[] payload) {
    ByteBuffer[] parts = new ByteBuffer[payload.length];
    int bytes = 0;
    for (int i = 0; i < parts.length; i++) {
      parts[i] = payload[i].duplicate();
      bytes += parts[i].remaining();
    }
    return new PendingRecord(number, SegmentFormat.prefix(number, parts), parts, bytes);
  }

  long sizeBytes() {
    return (long) SegmentFormat.RECORD_PREFIX_BYTES + payloadBytes;
  }

  void addTo(List<ByteBuffer> parts) {
    parts.add(ByteBuffer.wrap(prefix));
    for (ByteBuffer part : payload) {
      parts.add(part.duplicate());
    }
  }
}
