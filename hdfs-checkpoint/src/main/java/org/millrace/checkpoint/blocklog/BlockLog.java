package org.millrace.checkpoint.blocklog;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.segment.RecordLocation;
import org.millrace.checkpoint.segment.RecordLog;
import org.millrace.checkpoint.segment.RecordLogCounters;
import org.millrace.checkpoint.segment.RecordLogOptions;

/**
 * Writes the received blocks of one executor. Owned by the loop it was made with: all methods are
 * called there, and futures and callbacks complete there.
 *
 * <p>All blocks that are ready go out with one append and one flush; {@link RecordLog} says how. A
 * block stays in the log until it, and all that stand in the same or an earlier segment, were
 * released.
 */
public final class BlockLog {

  private final RecordLog log;
  private final String directory;
  private final Map<Long, Waiting> waiting = new HashMap<>();
  private final Map<Long, StreamEnd> streams = new HashMap<>();

  /** What was not released, or stands behind such a block, in the order of the log. */
  private final ArrayDeque<Retained> retained = new ArrayDeque<>();

  private long retainedBytes;
  private Optional<MillraceException> failed = Optional.empty();

  private record Waiting(ReceivedBlock block, CompletableFuture<LoggedBlock> answer) {}

  private record Retained(long number, long stream, long sequence, int bytes) {}

  private static final class StreamEnd {
    private long nextSequence;
    private long releasedBefore;
  }

  private BlockLog(
      DurableFiles files,
      Loop loop,
      Clock clock,
      RecordLog.Place place,
      RecordLogOptions options,
      Consumer<MillraceException> onFailure) {
    directory = place.directory();
    log =
        RecordLog.start(
            files,
            loop,
            clock,
            place,
            options,
            new RecordLog.Listener() {
              @Override
              public void onDurable(long number, RecordLocation location) {
                BlockLog.this.onDurable(number, location);
              }

              @Override
              public void onFailure(MillraceException failure) {
                BlockLog.this.onFailure(failure);
                onFailure.accept(failure);
              }
            });
  }

  /**
   * Starts the log of an executor. May be called on any thread. The first segment is created with
   * the first block.
   *
   * @param directory which must exist, and in which nobody wrote before
   * @param onFailure called once, in the loop, when nothing can be written any more: with a {@code
   *     FencedException} when the executor was given up, else with code {@code DURABILITY_UNKNOWN}.
   *     The executor must halt
   */
  public static BlockLog start(
      DurableFiles files,
      Loop loop,
      Clock clock,
      String directory,
      long executor,
      RecordLogOptions options,
      Consumer<MillraceException> onFailure) {
    return new BlockLog(
        files,
        loop,
        clock,
        new RecordLog.Place(directory, BlockRecord.label(executor), 0),
        options,
        onFailure);
  }

  /**
   * Appends a block. The blocks of a stream come in the order of their sequences, without a hole;
   * the first may have any. The bytes are not copied and must not change before {@link
   * #whenUnused}.
   *
   * @return completes when the block is durable, in the order of the calls; fails with the failure
   *     of the log
   * @throws MillraceException the failure of the log, {@code RECORD_TOO_LARGE} for a block over 64
   *     MiB less its position, or {@code ILLEGAL_USE}
   */
  public CompletableFuture<LoggedBlock> append(PackedBlock packed) {
    ReceivedBlock block = packed.block();
    if (failed.isPresent()) {
      throw failed.get();
    }
    StreamEnd stream = streams.get(block.stream());
    if (stream != null && block.sequence() != stream.nextSequence) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "Block %d of stream %d came to the log in %s, expected block %d"
              .formatted(block.sequence(), block.stream(), directory, stream.nextSequence));
    }
    ByteBuffer head = BlockRecord.head(packed);
    int bytes = head.remaining() + packed.stored().remaining();
    long number = log.append(head, packed.stored());
    if (stream == null) {
      stream = new StreamEnd();
      streams.put(block.stream(), stream);
    }
    stream.nextSequence = block.sequence() + 1;
    retained.add(new Retained(number, block.stream(), block.sequence(), bytes));
    retainedBytes += bytes;
    CompletableFuture<LoggedBlock> answer = new CompletableFuture<>();
    waiting.put(number, new Waiting(block, answer));
    return answer;
  }

  private void onDurable(long number, RecordLocation location) {
    Waiting durable = waiting.remove(number);
    ReceivedBlock block = durable.block();
    durable
        .answer()
        .complete(
            new LoggedBlock(
                block.stream(),
                block.sequence(),
                block.arrivalTimeMs(),
                block.recordCount(),
                location));
  }

  private void onFailure(MillraceException failure) {
    failed = Optional.of(failure);
    waiting.values().forEach(lost -> lost.answer().completeExceptionally(failure));
    waiting.clear();
  }

  /**
   * A future that completes once nobody reads the bytes of the blocks that were appended so far:
   * soon after they are durable, unless a stalled segment was abandoned. Completes on any thread,
   * never exceptionally.
   */
  public CompletableFuture<Void> whenUnused() {
    return log.nextNumber() == 0
        ? CompletableFuture.completedFuture(null)
        : log.whenUnused(log.nextNumber() - 1);
  }

  /**
   * Gives up the blocks of a stream below a sequence. Segments that nobody needs are deleted some
   * time later.
   */
  public void releaseBlocks(long stream, long before) {
    StreamEnd end = streams.get(stream);
    if (end == null || before <= end.releasedBefore) {
      return;
    }
    end.releasedBefore = before;
    while (!retained.isEmpty() && isReleased(retained.peek())) {
      retainedBytes -= retained.remove().bytes();
    }
    log.releaseBefore(retained.isEmpty() ? log.nextNumber() : retained.peek().number());
  }

  private boolean isReleased(Retained block) {
    return block.sequence() < streams.get(block.stream()).releasedBefore;
  }

  /** Bytes in the log of blocks that were not released, and of those behind them. */
  public long retainedBytes() {
    return retainedBytes;
  }

  /** What it did so far. */
  public RecordLogCounters counters() {
    return log.counters();
  }

  /**
   * Takes no further block.
   *
   * @return completes when all that was appended is durable and the segment is closed
   */
  public CompletableFuture<Void> close() {
    return log.close();
  }

  /** Gives the log up as it is: what is not durable yet fails. */
  public void abort() {
    log.abort();
    onFailure(
        new MillraceException(
            ErrorCode.DURABILITY_UNKNOWN, "The block log in " + directory + " was aborted"));
  }
}
