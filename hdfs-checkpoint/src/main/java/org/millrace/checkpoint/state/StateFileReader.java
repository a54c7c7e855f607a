package org.millrace.checkpoint.state;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.codec.StateCodecs;
import org.millrace.checkpoint.codec.ValueReader;
import org.millrace.checkpoint.codec.ValueSource;
import org.millrace.checkpoint.files.DurableFiles;

/** Reads a state file. Not thread-safe; blocks, as reading does. */
public final class StateFileReader {
  private static final int MAX_INDEX_BYTES = 256 << 20;
  private static final int MAX_BLOCK_BYTES = Integer.MAX_VALUE - 16;

  private final DurableFiles files;
  private final String path;
  private final StateFileIndex index;

  /**
   * Reads the index of a file.
   *
   * @param lengthBytes of the whole file
   * @throws MillraceException NO_SUCH_PATH, STORAGE_FAILED, CORRUPT_STATE when it is not what a
   *     writer ended, STATE_NOT_READABLE when a later version of Millrace wrote it
   */
  public StateFileReader(DurableFiles files, String path, long lengthBytes) {
    this.files = files;
    this.path = path;
    this.index = readIndex(lengthBytes);
  }

  public StateFileIndex index() {
    return index;
  }

  private StateFileIndex readIndex(long lengthBytes) {
    if (lengthBytes < StateFileWriter.HEADER_BYTES + StateFileWriter.TRAILER_BYTES) {
      throw corrupt(0, "it has only " + lengthBytes + " bytes", null);
    }
    readHeader();
    long trailerOffset = lengthBytes - StateFileWriter.TRAILER_BYTES;
    ByteBuffer trailer = read(trailerOffset, StateFileWriter.TRAILER_BYTES);
    long offset = trailer.getLong();
    int length = trailer.getInt();
    if (trailer.getInt() != StateFileWriter.END_MAGIC) {
      throw corrupt(trailerOffset, "it has no end", null);
    }
    if (length < 3 * Integer.BYTES
        || length > MAX_INDEX_BYTES
        || offset + length != trailerOffset) {
      throw corrupt(trailerOffset, "an index of " + length + " bytes at " + offset, null);
    }
    ByteBuffer bytes = read(offset, length);
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, length - Integer.BYTES);
    if (bytes.getInt(length - Integer.BYTES) != (int) crc.getValue()) {
      throw corrupt(offset, "the checksum of the index is wrong", null);
    }
    try {
      return StateFileIndex.decode(part(bytes), part(bytes));
    } catch (IOException | RuntimeException e) {
      throw corrupt(offset, "the index cannot be read", e);
    }
  }

  private void readHeader() {
    ByteBuffer header = read(0, StateFileWriter.HEADER_BYTES);
    if (header.getInt() != StateFileWriter.MAGIC) {
      throw corrupt(0, "it does not begin as a state file", null);
    }
    int version = header.getInt();
    if (version != StateFileWriter.VERSION) {
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "state file "
              + path
              + " has version "
              + version
              + " of its layout, this Millrace knows "
              + StateFileWriter.VERSION
              + "; restart with the Millrace that wrote it, or a newer one");
    }
  }

  private static byte[] part(ByteBuffer bytes) {
    byte[] part = new byte[bytes.getInt()];
    bytes.get(part);
    return part;
  }

  private ByteBuffer read(long offset, int length) {
    try (InputStream stream = files.open(path, offset)) {
      byte[] bytes = stream.readNBytes(length);
      if (bytes.length < length) {
        throw corrupt(offset, "it ends after " + bytes.length + " of " + length + " bytes", null);
      }
      return ByteBuffer.wrap(bytes);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The items of a section; to be closed. */
  public Items items(StateSection section, StateCodecs codecs) {
    return new Items(section, codecs.newReader(index.types()));
  }

  /** Reads all blocks of all sections; fails with CORRUPT_STATE at the first that is damaged. */
  public void verify() {
    for (StateSection section : index.sections()) {
      try (Items items = new Items(section, null)) {
        items.readBlocks();
      }
    }
  }

  private MillraceException failed(IOException e) {
    return new MillraceException(
        ErrorCode.STORAGE_FAILED, "state file " + path + " cannot be read: " + e.getMessage(), e);
  }

  private MillraceException corrupt(long offset, String problem, Exception cause) {
    return new MillraceException(
        ErrorCode.CORRUPT_STATE,
        "state file "
            + path
            + " is damaged at byte "
            + offset
            + ": "
            + problem
            + "; restore the file from a copy",
        cause);
  }

  /** The items of one section, read from the file block by block. */
  public final class Items implements AutoCloseable {
    private final DataInputStream stream;
    private final ValueReader reader;
    private final long endOffset;
    private long offset;
    private ValueSource block;

    private Items(StateSection section, ValueReader reader) {
      this.stream = new DataInputStream(files.open(path, section.offset()));
      this.reader = reader;
      this.offset = section.offset();
      this.endOffset = section.offset() + section.lengthBytes();
    }

    /** Whether there is another item. */
    public boolean hasItem() {
      while (block == null || block.remaining() == 0) {
        if (offset >= endOffset) {
          return false;
        }
        nextBlock();
      }
      return true;
    }

    private void readBlocks() {
      while (offset < endOffset) {
        nextBlock();
      }
    }

    private void nextBlock() {
      try {
        int length = stream.readInt();
        int crc = stream.readInt();
        if (length < 1
            || length > MAX_BLOCK_BYTES
            || offset + StateFileWriter.BLOCK_PREFIX_BYTES + length > endOffset) {
          throw corrupt(offset, "a block of " + length + " bytes", null);
        }
        byte[] bytes = stream.readNBytes(length);
        CRC32C found = new CRC32C();
        found.update(bytes);
        if (bytes.length < length || (int) found.getValue() != crc) {
          throw corrupt(offset, "the checksum of a block is wrong", null);
        }
        offset += StateFileWriter.BLOCK_PREFIX_BYTES + length;
        block = new ValueSource(ByteBuffer.wrap(bytes));
      } catch (EOFException e) {
        throw corrupt(offset, "it ends in a block", e);
      } catch (IOException e) {
        throw failed(e);
      }
    }

    /** The next number of the item. */
    public long readLong() {
      return block.readLong();
    }

    /** The next value of the item. */
    public Object readValue() {
      return reader.read(block);
    }

    @Override
    public void close() {
      try {
        stream.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }
}
