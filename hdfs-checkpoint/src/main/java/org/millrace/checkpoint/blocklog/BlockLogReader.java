package org.millrace.checkpoint.blocklog;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.segment.LogRecord;
import org.millrace.checkpoint.segment.RecordLocation;
import org.millrace.checkpoint.segment.RecordLogReader;

/** Reads the log of an executor that was sealed. Thread-safe; see {@link BlockLogIndex}. */
public final class BlockLogReader {

  /** Enough for the usual source position; a record with more is read whole. */
  private static final int HEAD_BYTES = 512;

  private final DurableFiles files;
  private final String directory;
  private final Map<Long, List<LoggedBlock>> streams = new HashMap<>();
  private final Map<String, SourcePosition> positions = new HashMap<>();

  private BlockLogReader(DurableFiles files, String directory) {
    this.files = files;
    this.directory = directory;
  }

  /**
   * Finds what is in a log, without reading the blocks.
   *
   * @param directory of the log, by the name it has now
   * @return fails with code {@code CORRUPT_LOG} when the files do not read as they were written
   */
  public static CompletableFuture<BlockLogIndex> index(
      DurableFiles files, BlockingWork work, String directory, long executor) {
    BlockLogReader reader = new BlockLogReader(files, directory);
    return RecordLogReader.scan(
            files, work, directory, BlockRecord.label(executor), HEAD_BYTES, reader::add)
        .thenApply(end -> reader.index(end.tornBytes()));
  }

  private void add(LogRecord record) {
    RecordLocation location = record.location();
    boolean whole =
        BlockRecord.headBytes(record.payload(), location.length()) <= record.payload().remaining();
    ByteBuffer payload =
        whole ? record.payload() : RecordLogReader.payload(files, directory, location);
    ReceivedBlock block = BlockRecord.decode(payload, location.length());
    List<LoggedBlock> blocks =
        streams.computeIfAbsent(block.stream(), unknown -> new ArrayList<>());
    if (!blocks.isEmpty() && block.sequence() != blocks.get(blocks.size() - 1).sequence() + 1) {
      throw new MillraceException(
          ErrorCode.CORRUPT_LOG,
          "Stream %d in %s has block %d behind block %d"
              .formatted(
                  block.stream(),
                  location.pathIn(directory),
                  block.sequence(),
                  blocks.get(blocks.size() - 1).sequence()));
    }
    blocks.add(
        new LoggedBlock(
            block.stream(),
            block.sequence(),
            block.arrivalTimeMs(),
            block.recordCount(),
            location));
    block.position().ifPresent(position -> positions.put(position.source(), position));
  }

  private BlockLogIndex index(long tornBytes) {
    Map<Long, StreamBlocks> found = new HashMap<>();
    streams.forEach((stream, blocks) -> found.put(stream, new StreamBlocks(stream, blocks)));
    return new BlockLogIndex(directory, found, positions, tornBytes);
  }

  /**
   * Reads one block. Blocks; several may be read at the same time, by any process.
   *
   * @param directory of the log, by the name it has now
   * @return the block with what stands beside it in the log
   * @throws MillraceException {@code CORRUPT_LOG} when there is no whole record at the location
   */
  public static ReceivedBlock read(DurableFiles files, String directory, RecordLocation location) {
    return BlockRecord.read(RecordLogReader.payload(files, directory, location));
  }

  /**
   * Reads several blocks of one segment with one read, as {@link #read} does one.
   *
   * @param locations at least one, all of the same segment, in the order of their offsets
   */
  public static List<ReceivedBlock> readAll(
      DurableFiles files, String directory, List<RecordLocation> locations) {
    List<ByteBuffer> payloads = RecordLogReader.payloads(files, directory, locations);
    List<ReceivedBlock> blocks = new ArrayList<>(payloads.size());
    for (ByteBuffer payload : payloads) {
      blocks.add(BlockRecord.read(payload));
    }
    return blocks;
  }
}
