package org.millrace.checkpoint.segment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log of one directory whose writer is gone or fenced: the lease of every file in it was
 * recovered. Thread-safe; reads run on worker threads.
 *
 * <p>The segments are merged by the numbers of their records. A record that is in several of them
 * is given once, and must be the same in all. The end of any segment may be torn; a record that is
 * in no segment and has one behind it is corruption. Only the segments that overlap are open at the
 * same time, and of each one record is in memory.
 */
public final class RecordLogReader {

  private static final Logger LOG = LoggerFactory.getLogger(RecordLogReader.class);
  private static final String EXECUTOR = "files";

  private final DurableFiles files;
  private final String directory;
  private final SegmentLabel expected;
  private final Consumer<LogRecord> visitor;

  /** Bytes of each payload to read, or -1 for all with a check of the checksum. */
  private final int headBytes;

  /** Not begun yet, in the order in which they can be needed. */
  private final ArrayDeque<SegmentCursor> parked = new ArrayDeque<>();

  private final List<SegmentCursor> open = new ArrayList<>();
  private final StringBuilder torn = new StringBuilder();
  private long tornBytes;

  private RecordLogReader(
      DurableFiles files,
      String directory,
      SegmentLabel expected,
      int headBytes,
      Consumer<LogRecord> visitor) {
    this.files = files;
    this.directory = directory;
    this.expected = expected;
    this.headBytes = headBytes;
    this.visitor = visitor;
  }

  /**
   * Reads all records from a number on.
   *
   * @param expected magic, version and owner that every segment must have; its description is not
   *     looked at
   * @param from the number of the first record to give; those before may have been released
   * @param visitor called on a worker thread, in the order of the numbers
   * @return where the log ends, {@code from} at least; fails with code {@code CORRUPT_LOG} when the
   *     files do not read as they were written, with {@code NO_SUCH_PATH} without the directory
   */
  public static CompletableFuture<RecordLogEnd> read(
      DurableFiles files,
      BlockingWork work,
      String directory,
      SegmentLabel expected,
      long from,
      Consumer<LogRecord> visitor) {
    return run(new RecordLogReader(files, directory, expected, -1, visitor), work, from);
  }

  /**
   * Goes through all records that were not released and gives the first bytes of each; payloads are
   * passed over, and only the last record of each segment is checked against its checksum.
   *
   * @param headBytes how many bytes of each payload to give, where it has so many
   * @return like {@link #read}; {@code from} is the first number there is
   */
  public static CompletableFuture<RecordLogEnd> scan(
      DurableFiles files,
      BlockingWork work,
      String directory,
      SegmentLabel expected,
      int headBytes,
      Consumer<LogRecord> visitor) {
    return run(new RecordLogReader(files, directory, expected, headBytes, visitor), work, -1);
  }

  /**
   * Reads all records of one file that is written as a segment is, whatever its name.
   *
   * @return like {@link #read}
   */
  public static CompletableFuture<RecordLogEnd> readFile(
      DurableFiles files,
      BlockingWork work,
      String path,
      SegmentLabel expected,
      Consumer<LogRecord> visitor) {
    int nameFrom = path.lastIndexOf('/') + 1;
    RecordLogReader reader =
        new RecordLogReader(
            files, path.substring(0, Math.max(0, nameFrom - 1)), expected, -1, visitor);
    return work.run(EXECUTOR, () -> reader.readOne(path, path.substring(nameFrom)));
  }

  private RecordLogEnd readOne(String path, String name) {
    try {
      prepare(path, name);
      return new RecordLogEnd(merge(parked.isEmpty() ? 0 : firstNumber()), tornBytes);
    } catch (IOException e) {
      throw unreadable(path, e);
    } finally {
      closeAll();
    }
  }

  private static CompletableFuture<RecordLogEnd> run(
      RecordLogReader reader, BlockingWork work, long from) {
    return reader
        .files
        .list(reader.directory)
        .thenCompose(entries -> work.run(EXECUTOR, () -> reader.readAll(entries, from)));
  }

  /**
   * Reads one record again, and checks it. Blocks.
   *
   * @param directory where the log is now
   * @throws MillraceException {@code CORRUPT_LOG} when it is not a record or damaged
   */
  public static ByteBuffer payload(DurableFiles files, String directory, RecordLocation location) {
    return payloads(files, directory, List.of(location)).get(0);
  }

  /**
   * Reads several records of one segment with one read, and checks them. Blocks. What stands
   * between them is read too.
   *
   * @param locations at least one, all of the same segment, in the order of their offsets
   * @throws MillraceException {@code CORRUPT_LOG} when one of them is not a record or damaged
   */
  public static List<ByteBuffer> payloads(
      DurableFiles files, String directory, List<RecordLocation> locations) {
    RecordLocation first = locations.get(0);
    RecordLocation last = locations.get(locations.size() - 1);
    String path = first.pathIn(directory);
    long start = first.offset() - SegmentFormat.RECORD_PREFIX_BYTES;
    int length = (int) (last.offset() + last.length() - start);
    byte[] bytes;
    try (InputStream stream = files.open(path, start)) {
      bytes = stream.readNBytes(length);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    List<ByteBuffer> payloads = new ArrayList<>(locations.size());
    for (RecordLocation location : locations) {
      int at = (int) (location.offset() - SegmentFormat.RECORD_PREFIX_BYTES - start);
      payloads.add(checked(path, location, ByteBuffer.wrap(bytes).position(at)));
    }
    return payloads;
  }

  /** The payload of the record at the position of the bytes. */
  private static ByteBuffer checked(String path, RecordLocation location, ByteBuffer bytes) {
    if (bytes.remaining() >= SegmentFormat.RECORD_PREFIX_BYTES + location.length()) {
      ByteBuffer record =
          bytes.slice(bytes.position(), SegmentFormat.RECORD_PREFIX_BYTES + location.length());
      if (record.getInt() == location.length()) {
        int crc = record.getInt();
        long number = record.getLong();
        if (crc == SegmentFormat.crc(location.length(), number, record)) {
          return record.slice();
        }
      }
    }
    throw new MillraceException(
        ErrorCode.CORRUPT_LOG,
        "Segment %s has no whole record of %d bytes at offset %d"
            .formatted(
                path, location.length(), location.offset() - SegmentFormat.RECORD_PREFIX_BYTES));
  }

  private static MillraceException unreadable(String path, IOException e) {
    return new MillraceException(
        ErrorCode.STORAGE_FAILED, "Could not read segment " + path + ": " + e, e);
  }

  private RecordLogEnd readAll(List<FileStatus> entries, long from) {
    try {
      prepare(entries);
      if (!parked.isEmpty() && from >= 0 && parked.peek().lowerBound() > from) {
        throw gap(from, parked.peek().lowerBound(), parked.peek().name());
      }
      long end = merge(from >= 0 || parked.isEmpty() ? Math.max(from, 0) : firstNumber());
      return new RecordLogEnd(end, tornBytes);
    } catch (IOException e) {
      throw unreadable(directory, e);
    } finally {
      closeAll();
    }
  }

  private void closeAll() {
    for (SegmentCursor cursor : open) {
      try {
        cursor.close();
      } catch (IOException e) {
        LOG.warn("A segment of {} could not be closed after it was read", directory, e);
      }
    }
  }

  private void prepare(List<FileStatus> entries) throws IOException {
    for (FileStatus entry : entries) {
      if (SegmentNames.segmentNumber(entry.name()).isPresent()) {
        prepare(entry.path(), entry.name());
      }
    }
    List<SegmentCursor> cursors = new ArrayList<>(parked);
    cursors.sort(
        Comparator.comparingLong(SegmentCursor::lowerBound).thenComparing(SegmentCursor::name));
    parked.clear();
    parked.addAll(cursors);
  }

  private void prepare(String path, String name) throws IOException {
    SegmentCursor cursor = new SegmentCursor(files, path, name, expected);
    cursor.park();
    if (cursor.hasEnded()) {
      end(cursor);
    } else {
      parked.add(cursor);
    }
  }

  /** The lowest number of any record; the lowest bound when there is no record. */
  private long firstNumber() throws IOException {
    long lowest = parked.peek().lowerBound();
    begin(lowest);
    while (true) {
      long first = open.stream().mapToLong(SegmentCursor::number).min().orElse(Long.MAX_VALUE);
      if (parked.isEmpty() || parked.peek().lowerBound() > first) {
        return open.isEmpty() ? lowest : first;
      }
      lowest = parked.peek().lowerBound();
      begin(lowest);
    }
  }

  /** Begins the segments that can hold the number, and ends those that turn out to hold nothing. */
  private void begin(long number) throws IOException {
    while (!parked.isEmpty() && parked.peek().lowerBound() <= number) {
      SegmentCursor cursor = parked.remove();
      cursor.reopen();
      open.add(cursor);
      cursor.first();
    }
    endFinished();
  }

  private void endFinished() throws IOException {
    for (SegmentCursor cursor : List.copyOf(open)) {
      if (cursor.hasEnded()) {
        cursor.close();
        open.remove(cursor);
        end(cursor);
      }
    }
  }

  private void end(SegmentCursor cursor) {
    tornBytes += cursor.tornBytes();
    torn.append(cursor.tornMessage());
  }

  private long merge(long from) throws IOException {
    long number = from;
    while (true) {
      begin(number);
      for (SegmentCursor cursor : open) {
        while (!cursor.hasEnded() && cursor.number() < number) {
          if (cursor.head(0) != null) {
            cursor.next();
          }
        }
      }
      endFinished();
      if (open.isEmpty() && parked.isEmpty()) {
        return number;
      }
      if (give(number)) {
        number++;
      } else if (!open.isEmpty() || !parked.isEmpty()) {
        checkGap(number);
      }
    }
  }

  /** Gives the record with the number if a segment has it whole. */
  private boolean give(long number) throws IOException {
    LogRecord given = null;
    for (SegmentCursor cursor : open) {
      if (cursor.hasEnded() || cursor.number() != number) {
        continue;
      }
      LogRecord record = headBytes < 0 ? whole(cursor) : passOver(cursor);
      if (record != null && given == null) {
        given = record;
      } else if (record != null) {
        checkSame(cursor, given, record);
      }
    }
    endFinished();
    if (given == null) {
      return false;
    }
    visitor.accept(given);
    return true;
  }

  private static LogRecord whole(SegmentCursor cursor) throws IOException {
    byte[] payload = cursor.payload();
    return payload == null ? null : takeAndGoOn(cursor, payload);
  }

  private LogRecord passOver(SegmentCursor cursor) throws IOException {
    byte[] head = cursor.head(headBytes);
    if (head == null) {
      return null;
    }
    LogRecord record = takeAndGoOn(cursor, head);
    // Nothing whole follows, so that this one was perhaps not finished either.
    return cursor.hasEnded() && !cursor.isWhole(record.location(), record.number()) ? null : record;
  }

  private static LogRecord takeAndGoOn(SegmentCursor cursor, byte[] payload) throws IOException {
    LogRecord record =
        new LogRecord(cursor.number(), cursor.label(), cursor.location(), ByteBuffer.wrap(payload));
    cursor.next();
    return record;
  }

  private static void checkSame(SegmentCursor cursor, LogRecord first, LogRecord second) {
    if (first.location().length() != second.location().length()
        || !Arrays.equals(first.payload().array(), second.payload().array())) {
      throw cursor.corrupt(
          "record %d is not the same as in %s"
              .formatted(second.number(), first.location().segment()));
    }
  }

  /** Called when no open segment has the number whole: one that is torn ended by that. */
  private void checkGap(long number) {
    for (SegmentCursor cursor : open) {
      if (!cursor.hasEnded() && cursor.number() > number) {
        throw gap(number, cursor.number(), cursor.name());
      }
    }
    if (!parked.isEmpty() && parked.peek().lowerBound() > number) {
      throw gap(number, parked.peek().lowerBound(), parked.peek().name());
    }
  }

  private MillraceException gap(long number, long next, String segment) {
    return new MillraceException(
        ErrorCode.CORRUPT_LOG,
        ("The log in %s is damaged: it has no records %d to %d, which were durable before %s was"
                + " written on%s; restore the missing segment from a copy, or start over with an"
                + " empty directory")
            .formatted(directory, number, next - 1, segment, torn));
  }
}
