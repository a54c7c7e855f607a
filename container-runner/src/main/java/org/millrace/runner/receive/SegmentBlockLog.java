package org.millrace.runner.receive;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.blocklog.BlockCompression;
import org.millrace.checkpoint.blocklog.BlockLog;
import org.millrace.checkpoint.blocklog.PackedBlock;
import org.millrace.checkpoint.blocklog.ReceivedBlock;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.segment.RecordLogOptions;
import org.millrace.runner.block.BlockHeader;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.LoggedPlace;
import org.millrace.runner.block.LoggedSource;
import org.millrace.runner.block.StoredBlock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs received blocks in segments on a file system. Owned by the control loop.
 *
 * <p>Blocks that are to be compressed go through worker threads first, several at a time, and into
 * the log in the order in which they came.
 */
public final class SegmentBlockLog implements ReceivedBlockLog {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentBlockLog.class);
  private static final String EXECUTOR = "compression";

  private final String directory;
  private final BlockLog log;
  private final BlockCompression compression;
  private final BlockingWork work;
  private final Loop loop;

  /** Blocks that are on their way to the log, in the order in which they came. */
  private final ArrayDeque<Packing> packing = new ArrayDeque<>();

  /** Set when it was closed while there were some. */
  private Optional<CompletableFuture<Void>> closing = Optional.empty();

  private static final class Packing {
    private final CompletableFuture<CompletableFuture<LoggedPlace>> appended =
        new CompletableFuture<>();
    private Optional<PackedBlock> packed = Optional.empty();
  }

  private SegmentBlockLog(
      String directory, BlockLog log, BlockCompression compression, BlockingWork work, Loop loop) {
    this.directory = directory;
    this.log = log;
    this.compression = compression;
    this.work = work;
    this.loop = loop;
  }

  /** Opens logs of one executor, which every segment names. */
  public static Opener opener(
      DurableFiles files,
      BlockingWork work,
      Loop loop,
      Clock clock,
      int executor,
      BlockCompression compression) {
    return (directory, onFailed) ->
        new SegmentBlockLog(
            directory,
            BlockLog.start(
                files,
                loop,
                clock,
                directory,
                executor,
                RecordLogOptions.DEFAULT,
                onFailed::accept),
            compression,
            work,
            loop);
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
    if (compression == BlockCompression.NONE) {
      return append(PackedBlock.of(received, compression));
    }
    Packing next = new Packing();
    packing.add(next);
    Answers.post(
        work.run(EXECUTOR, () -> PackedBlock.of(received, compression)),
        loop,
        (packed, failure) -> {
          if (failure != null) {
            // As it is, it is as safe: what is wrong with the compression must not lose a record.
            LOG.warn("Block {} goes into the log without compression", id, failure);
          }
          next.packed =
              Optional.of(
                  failure == null ? packed : PackedBlock.of(received, BlockCompression.NONE));
          appendPacked();
        });
    return next.appended.thenCompose(Function.identity());
  }

  private void appendPacked() {
    while (!packing.isEmpty() && packing.peek().packed.isPresent()) {
      Packing next = packing.remove();
      next.appended.complete(append(next.packed.get()));
    }
    if (packing.isEmpty()) {
      closing.ifPresent(this::closeLog);
    }
  }

  private void closeLog(CompletableFuture<Void> closed) {
    Answers.post(
        log.close(),
        loop,
        (done, failure) -> {
          if (failure == null) {
            closed.complete(null);
          } else {
            closed.completeExceptionally(failure);
          }
        });
  }

  private CompletableFuture<LoggedPlace> append(PackedBlock block) {
    try {
      return log.append(block).thenApply(logged -> new LoggedPlace(directory, logged.location()));
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
    if (packing.isEmpty()) {
      return log.close();
    }
    if (closing.isEmpty()) {
      closing = Optional.of(new CompletableFuture<>());
    }
    return closing.get();
  }
}
