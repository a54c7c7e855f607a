package org.millrace.runner.block;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.blocklog.BlockLogReader;
import org.millrace.checkpoint.blocklog.ReceivedBlock;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.segment.RecordLocation;
import org.millrace.runner.wire.proto.BlockSlice;
import org.millrace.runner.wire.proto.LoggedBlocks;

/**
 * Reads blocks from the logs of executors. Thread-safe. Blocks that stand close together in a
 * segment are read at once.
 */
public final class LoggedBlockReader {
  private static final String EXECUTOR = "blocks";
  private static final int MOST_BYTES_A_READ = 8 << 20;

  /** They may be several times as large without compression. */
  private static final int MOST_BLOCKS_A_READ = 32;

  private static final int MOST_BYTES_BETWEEN = 256 << 10;

  private final DurableFiles files;
  private final BlockingWork work;

  public LoggedBlockReader(DurableFiles files, BlockingWork work) {
    this.files = files;
    this.work = work;
  }

  /**
   * Blocks of a stream that one read brings.
   *
   * @param from sequence of the first one
   */
  public record Run(long streamId, long from, String directory, List<RecordLocation> locations) {
    public Run {
      locations = List.copyOf(locations);
    }

    public long until() {
      return from + locations.size();
    }
  }

  /** The reads that bring a slice, in order; none when it is not known where its blocks are. */
  public static List<Run> runs(BlockSlice slice) {
    List<Run> runs = new ArrayList<>();
    long sequence = slice.getFrom();
    for (LoggedBlocks blocks : slice.getLoggedList()) {
      List<RecordLocation> run = new ArrayList<>();
      for (int i = 0; i < blocks.getOffsetsCount(); i++) {
        RecordLocation next =
            new RecordLocation(blocks.getSegment(), blocks.getOffsets(i), blocks.getLengths(i));
        if (!run.isEmpty() && (run.size() == MOST_BLOCKS_A_READ || !isClose(run, next))) {
          runs.add(new Run(slice.getStreamId(), sequence, blocks.getDirectory(), run));
          sequence += run.size();
          run.clear();
        }
        run.add(next);
      }
      if (!run.isEmpty()) {
        runs.add(new Run(slice.getStreamId(), sequence, blocks.getDirectory(), run));
        sequence += run.size();
      }
    }
    return runs;
  }

  private static boolean isClose(List<RecordLocation> run, RecordLocation next) {
    RecordLocation last = run.get(run.size() - 1);
    long between = next.offset() - last.offset() - last.length();
    long all = next.offset() + next.length() - run.get(0).offset();
    return between >= 0 && between <= MOST_BYTES_BETWEEN && all <= MOST_BYTES_A_READ;
  }

  /**
   * The blocks of a run; fails with CORRUPT_LOG when they are not there or damaged, with what the
   * file system says when it cannot be read.
   */
  public CompletableFuture<List<Block>> read(Run run) {
    return work.run(EXECUTOR, () -> readNow(run));
  }

  /** All bytes of one block, checked; fails as {@link #read(Run)} does. */
  CompletableFuture<ByteBuffer> read(BlockId id, LoggedPlace place) {
    return work.run(
        EXECUTOR,
        () -> {
          ByteBuffer bytes =
              BlockLogReader.readAll(files, place.directory(), List.of(place.location()))
                  .get(0)
                  .bytes();
          require(id, BlockLayout.decode(bytes), place.directory());
          return bytes;
        });
  }

  private List<Block> readNow(Run run) {
    List<Block> blocks = new ArrayList<>(run.locations().size());
    for (ReceivedBlock logged : BlockLogReader.readAll(files, run.directory(), run.locations())) {
      BlockId id = new BlockId(run.streamId(), run.from() + blocks.size());
      blocks.add(require(id, BlockLayout.decode(logged.bytes()), run.directory()));
    }
    return blocks;
  }

  private static Block require(BlockId id, Block block, String directory) {
    if (!block.id().equals(id)) {
      throw new MillraceException(
          ErrorCode.CORRUPT_LOG,
          "%s has %s where %s should be".formatted(directory, block.id(), id));
    }
    return block;
  }
}
