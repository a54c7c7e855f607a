package org.millrace.runner.receive;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.blocklog.BlockLog;
import org.millrace.checkpoint.blocklog.ReceivedBlock;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.segment.RecordLogOptions;
import org.millrace.runner.block.BlockHeader;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.LoggedPlace;
import org.millrace.runner.block.LoggedSource;
import org.millrace.runner.block.StoredBlock;

/** Logs received blocks in segments on a file system. Owned by the control loop. */
public final class SegmentBlockLog implements ReceivedBlockLog {
  private final String directory;
  private final BlockLog log;

  private SegmentBlockLog(String directory, BlockLog log) {
    this.directory = directory;
    this.log = log;
  }

  /**
   * Opens logs of one executor.
   *
   * @param executor its id, which every segment names
   */
  public static Opener opener(
      DurableFiles files, Loop loop, Clock clock, int executor, RecordLogOptions options) {
    return (directory, onFailed) ->
        new SegmentBlockLog(
            directory, start(files, loop, clock, directory, executor, options, onFailed));
  }

  private static BlockLog start(
      DurableFiles files,
      Loop loop,
      Clock clock,
      String directory,
      int executor,
      RecordLogOptions options,
      Consumer<Throwable> onFailed) {
    return BlockLog.start(files, loop, clock, directory, executor, options, onFailed::accept);
  }

  @Override
  public CompletableFuture<LoggedPlace> append(StoredBlock block) {
    ByteBuffer bytes = block.encoded();
    BlockHeader header = BlockLayout.header(bytes);
    BlockId id = header.id();
    Optional<SourcePosition> position = BlockLayout.position(bytes);
    ReceivedBlock received =
        new ReceivedBlock(
            id.streamId(),
            id.sequence(),
            header.arrivalTimeMs(),
            header.recordCount(),
            position.map(at -> LoggedSource.position(id.streamId(), at)),
            bytes);
    try {
      return log.append(received)
          .thenApply(logged -> new LoggedPlace(directory, logged.location()));
    } catch (MillraceException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  @Override
  public void release(long streamId, long until) {
    log.releaseBlocks(streamId, until);
  }

  @Override
  public long retainedBytes() {
    return log.retainedBytes();
  }

  @Override
  public CompletableFuture<Void> close() {
    return log.close();
  }
}
