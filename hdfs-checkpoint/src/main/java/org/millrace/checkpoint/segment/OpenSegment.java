package org.millrace.checkpoint.segment;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.millrace.checkpoint.files.AppendFile;

/** A segment that can be written, with at most one write under way. Owned by the log's loop. */
final class OpenSegment {

  /** A write ends before it gets larger than this, unless its only record is. */
  private static final long MAX_WRITE_BYTES = 8 << 20;

  private final AppendFile file;
  private final String name;
  private final List<String> favoredNodes;

  /** Null once it was written. */
  private byte[] header;

  private long firstSent = -1;
  private long lastSent = -1;
  private long payloadsFrom;
  private long writeBytes;
  private long sentNanos;
  private long activeSinceNanos;

  OpenSegment(AppendFile file, String name, List<String> favoredNodes, byte[] header) {
    this.file = file;
    this.name = name;
    this.favoredNodes = favoredNodes;
    this.header = header;
  }

  AppendFile file() {
    return file;
  }

  String name() {
    return name;
  }

  /** The machines that hold it, or are to hold it; empty when they are not known. */
  List<String> nodes() {
    List<String> nodes = file.nodes();
    return nodes.isEmpty() ? favoredNodes : nodes;
  }

  /** The first number of the last write. */
  long firstSent() {
    return firstSent;
  }

  /** The last number of the last write, -1 before the first. */
  long lastSent() {
    return lastSent;
  }

  long writeBytes() {
    return writeBytes;
  }

  long sentNanos() {
    return sentNanos;
  }

  long activeSinceNanos() {
    return activeSinceNanos;
  }

  /** The offset in the file where the first record of the last write begins. */
  long writeOffset() {
    return payloadsFrom;
  }

  /** Appends the header alone; a spare is flushed before it is needed. */
  void appendHeader() {
    var unused = file.append(ByteBuffer.wrap(takeHeader()));
  }

  /** Appends records from the first one on; a flush comes next. A failure fails the flush too. */
  void append(Iterable<PendingRecord> records, long nowNanos) {
    List<ByteBuffer> parts = new ArrayList<>();
    payloadsFrom = file.length();
    if (header != null) {
      payloadsFrom += header.length;
      parts.add(ByteBuffer.wrap(takeHeader()));
    }
    if (lastSent < 0) {
      activeSinceNanos = nowNanos;
    }
    sentNanos = nowNanos;
    writeBytes = 0;
    boolean first = true;
    for (PendingRecord record : records) {
      if (!first && writeBytes + record.sizeBytes() > MAX_WRITE_BYTES) {
        break;
      }
      if (first) {
        firstSent = record.number();
        first = false;
      }
      lastSent = record.number();
      writeBytes += record.sizeBytes();
      record.addTo(parts);
    }
    var unused = file.append(parts.toArray(ByteBuffer[]::new));
  }

  private byte[] takeHeader() {
    byte[] taken = header;
    header = null;
    return taken;
  }
}
