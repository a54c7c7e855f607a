package org.millrace.checkpoint.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.codec.StateCodecs;
import org.millrace.checkpoint.codec.ValueSink;
import org.millrace.checkpoint.codec.ValueWriter;

/**
 * Makes the bytes of a state file, as docs/format/state-files.md draws them: the owner takes them
 * with {@link #take} and appends them. Not thread-safe.
 *
 * <pre>
 *   header  magic:4 version:4
 *   block   N:4 crc:4 items:N          of a section, one after the other
 *   index   S:4 schema:S N:4 avro:N crc:4
 *   trailer indexOffset:8 indexLength:4 magic:4
 * </pre>
 */
public final class StateFileWriter {
  static final int MAGIC = 0x4d525354;
  static final int END_MAGIC = 0x4d525345;
  static final int VERSION = 1;
  static final int HEADER_BYTES = 8;
  static final int BLOCK_PREFIX_BYTES = 8;
  static final int TRAILER_BYTES = 16;
  private static final int BLOCK_BYTES = 64 << 10;

  private final String applicationId;
  private final int executorId;
  private final long versionMs;
  private final ValueWriter values;
  private final ValueSink block = new ValueSink(2 * BLOCK_BYTES);
  private final List<StateSection> sections = new ArrayList<>();
  private List<ByteBuffer> ready = new ArrayList<>();
  private long readyBytes;
  private long offset;
  private long sectionOffset;

  /** A file of one snapshot. */
  public StateFileWriter(String applicationId, int executorId, long versionMs, StateCodecs codecs) {
    this.applicationId = applicationId;
    this.executorId = executorId;
    this.versionMs = versionMs;
    this.values = codecs.newWriter();
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putInt(MAGIC).putInt(VERSION);
    add(header.flip());
    sectionOffset = offset;
  }

  private void add(ByteBuffer bytes) {
    offset += bytes.remaining();
    readyBytes += bytes.remaining();
    ready.add(bytes);
  }

  /** A number of an item. */
  public void writeLong(long value) {
    block.writeLong(value);
  }

  /**
   * A value of an item.
   *
   * @throws MillraceException STATE_TYPE_REFUSED, and what a codec of the program throws
   */
  public void writeValue(Object value) {
    values.write(value, block);
  }

  /** An item ends. */
  public void endItem() {
    if (block.size() >= BLOCK_BYTES) {
      endBlock();
    }
  }

  private void endBlock() {
    if (block.size() == 0) {
      return;
    }
    ByteBuffer items = block.view();
    CRC32C crc = new CRC32C();
    crc.update(items.duplicate());
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK_PREFIX_BYTES + block.size());
    bytes.putInt(block.size()).putInt((int) crc.getValue()).put(items);
    add(bytes.flip());
    block.truncate(0);
  }

  /**
   * All items since the last section are of this one; what it says about its place is not used.
   *
   * @return the number of the section in the file
   */
  public int endSection(StateSection section) {
    endBlock();
    sections.add(
        new StateSection(
            section.stateId(),
            section.partition(),
            section.versionMs(),
            section.isDelta(),
            section.form(),
            sectionOffset,
            offset - sectionOffset,
            section.rows(),
            section.removed()));
    sectionOffset = offset;
    return sections.size() - 1;
  }

  /** The sections that ended. */
  public List<StateSection> sections() {
    return List.copyOf(sections);
  }

  /** Bytes so far. */
  public long length() {
    return offset;
  }

  /** Bytes that {@link #take} gives. */
  public long readyBytes() {
    return readyBytes;
  }

  /** The next bytes of the file, to be appended in this order. */
  public ByteBuffer[] take() {
    ByteBuffer[] taken = ready.toArray(ByteBuffer[]::new);
    ready = new ArrayList<>();
    readyBytes = 0;
    return taken;
  }

  /** Ends the file: nothing is written after it. */
  public void end() {
    byte[] schema = StateFileIndex.SCHEMA.toString().getBytes(StandardCharsets.UTF_8);
    byte[] avro =
        new StateFileIndex(applicationId, executorId, versionMs, values.types(), sections).encode();
    long indexOffset = offset;
    ByteBuffer index = ByteBuffer.allocate(schema.length + avro.length + 3 * Integer.BYTES);
    index.putInt(schema.length).put(schema).putInt(avro.length).put(avro);
    CRC32C crc = new CRC32C();
    crc.update(index.array(), 0, index.position());
    index.putInt((int) crc.getValue());
    add(index.flip());
    ByteBuffer trailer = ByteBuffer.allocate(TRAILER_BYTES);
    trailer.putLong(indexOffset).putInt((int) (offset - indexOffset)).putInt(END_MAGIC);
    add(trailer.flip());
  }
}
