package org.millrace.runner.shuffle;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.codec.NumberForm;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.codec.RecordWriter;

/** Fills one page after the other, by reference or encoded. Owned by the slot loop of its task. */
public final class PageBuilder {
  private static final int FIRST_RECORDS = 16;
  private static final int MAX_RECORDS = 4_096;
  private static final int SAMPLE_EVERY = 16;

  /** A frame holds 64 MiB. */
  public static final int MAX_BYTES = 60 << 20;

  private final boolean byReference;
  private final int pageBytes;

  /** Null while records go by reference. */
  private RecordWriter writer;

  private long genericBytesBefore;
  private Object[] records;
  private int count;
  private int sampledBytes;
  private int pages;

  private PageBuilder(RecordWriter writerOrNull, int pageBytes) {
    this.byReference = writerOrNull == null;
    this.writer = writerOrNull;
    this.pageBytes = pageBytes;
  }

  public static PageBuilder byReference(int pageBytes) {
    return new PageBuilder(null, pageBytes);
  }

  public static PageBuilder encoded(RecordCodec codec, int pageBytes) {
    return new PageBuilder(codec.writer(), pageBytes);
  }

  /** Whether the next record, an object, needs a page of another form than the one so far. */
  boolean mustSealForObject() {
    return byReference && writer != null && count > 0;
  }

  /** Whether the next pair, in bytes, needs a page of another form than the one so far. */
  boolean mustSealForBytes() {
    return writer == null && count > 0;
  }

  /**
   * Adds a pair in bytes, which is encoded also where objects go by reference; see {@link
   * RecordWriter#writePair}. True when the page is full.
   *
   * @param key valid UTF-8 in {@code [from, to)}
   */
  boolean add(
      RecordCodec codec, byte[] key, int from, int to, boolean ascii, NumberForm form, long bits) {
    if (writer == null) {
      writer = codec.writer();
    }
    writer.writePair(key, from, to, ascii, form, bits);
    count++;
    return writer.sizeBytes() >= pageBytes;
  }

  /** True when the page is full. */
  public boolean add(Object record) {
    if (byReference && writer != null) {
      genericBytesBefore += writer.genericBytes();
      writer = null;
    }
    if (writer != null) {
      writer.write(record);
      count++;
      return writer.sizeBytes() >= pageBytes;
    }
    return addReference(record);
  }

  private boolean addReference(Object record) {
    int position = count;
    if (records == null || position == records.length) {
      grow();
    }
    records[position] = record;
    count = position + 1;
    if ((position & (SAMPLE_EVERY - 1)) == 0) {
      sampledBytes += SAMPLE_EVERY * RecordSizes.estimateBytes(record);
    }
    return count == MAX_RECORDS || sampledBytes >= pageBytes;
  }

  private void grow() {
    records = records == null ? new Object[FIRST_RECORDS] : Arrays.copyOf(records, 2 * count);
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** Pages made so far. */
  int pages() {
    return pages;
  }

  /** Bytes of generic serializers so far. */
  public long genericBytes() {
    return genericBytesBefore + (writer == null ? 0 : writer.genericBytes());
  }

  /** The page so far; the next record starts a new one. */
  public Page take() {
    Page page = writer == null ? takeReferences() : takeBytes();
    count = 0;
    pages++;
    return page;
  }

  private Page takeReferences() {
    int bytes =
        count >= SAMPLE_EVERY ? sampledBytes : Math.max(count, sampledBytes / SAMPLE_EVERY * count);
    Page page = new Page(new PageContent.Records(records, count), count, bytes, 0);
    records = null;
    sampledBytes = 0;
    return page;
  }

  private Page takeBytes() {
    ByteBuffer bytes = writer.takeBytes();
    if (bytes.remaining() > MAX_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a record takes "
              + bytes.remaining()
              + " bytes in a page, at most "
              + MAX_BYTES
              + "; split it into smaller records");
    }
    return new Page(new PageContent.Encoded(bytes, count), count, bytes.remaining(), crc(bytes));
  }

  public static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }
}
