package org.millrace.checkpoint.log;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.segment.RecordLog;
import org.millrace.checkpoint.segment.RecordLogCounters;
import org.millrace.checkpoint.segment.RecordLogOptions;
import org.millrace.checkpoint.segment.RecordLogReader;
import org.millrace.checkpoint.segment.SegmentFormat;

/**
 * Writes the event log of one epoch. Owned by the loop it was made with: all methods are called
 * there, and futures and callbacks complete there.
 *
 * <p>An event has its position as soon as it is appended, and applies then. It is durable later:
 * everything that is queued during a flush goes out with the next, and a segment that does not
 * answer is replaced, as {@link RecordLog} says. Effects that can be seen outside wait for {@link
 * #whenDurable}.
 */
public final class EventLog {

  /** Segments of 64 MiB, with no replica on the driver's own host. */
  public static final RecordLogOptions OPTIONS =
      RecordLogOptions.DEFAULT.withFiles(
          new CreateOptions(0, true), new CreateOptions(0, true).withAtMost(2));

  private final RecordLog log;
  private final EventEncoder encoder = new EventEncoder();

  private EventLog(RecordLog log) {
    this.log = log;
  }

  /**
   * Starts the log of an epoch that was just claimed. May be called on any thread. Its first
   * segment is created with the first append.
   *
   * @param firstPosition the position after the last event of the epochs before, 0 for the first
   * @param onFailure called once, in the loop, when nothing can be written any more: with a {@code
   *     FencedException} when a later epoch took over, else with code {@code DURABILITY_UNKNOWN}.
   *     The owner must halt
   */
  public static EventLog start(
      DurableFiles files,
      Loop loop,
      Clock clock,
      EpochClaim claim,
      long firstPosition,
      RecordLogOptions options,
      Consumer<MillraceException> onFailure) {
    return new EventLog(
        RecordLog.start(
            files,
            loop,
            clock,
            new RecordLog.Place(claim.directory(), EventLabel.of(claim.epoch()), firstPosition),
            options,
            onFailure::accept));
  }

  /**
   * Reads the log of one epoch and gives each event to the visitor, on a worker thread. Its writer
   * is gone or fenced: the lease of every segment was recovered.
   *
   * @param directory the directory of the epoch, by the name it has now
   * @param firstPosition the position of the first event to give; those before may have been
   *     released. When the log has events, it has this one or ends before it
   * @return where the log ends, {@code firstPosition} at least; fails with code {@code CORRUPT_LOG}
   *     when the files do not read as they were written
   */
  public static CompletableFuture<LogEnd> read(
      DurableFiles files,
      BlockingWork work,
      String directory,
      long epoch,
      long firstPosition,
      LogVisitor visitor) {
    return RecordLogReader.read(
            files,
            work,
            directory,
            EventLabel.of(epoch),
            firstPosition,
            new EventLogReader(directory, visitor))
        .thenApply(end -> new LogEnd(end.nextNumber(), end.tornBytes()));
  }

  /**
   * Reads the logs of several epochs, one after the other, as one.
   *
   * @param epochs in their order, all that {@link Epochs#seal} gave
   * @param firstPosition where to begin: 0, or what a snapshot has not
   */
  public static CompletableFuture<LogEnd> readAll(
      DurableFiles files,
      BlockingWork work,
      List<SealedEpoch> epochs,
      long firstPosition,
      LogVisitor visitor) {
    CompletableFuture<LogEnd> end = CompletableFuture.completedFuture(new LogEnd(firstPosition, 0));
    for (SealedEpoch epoch : epochs) {
      end =
          end.thenCompose(
              before ->
                  read(
                          files,
                          work,
                          epoch.directory(),
                          epoch.epoch(),
                          before.nextPosition(),
                          visitor)
                      .thenApply(
                          after ->
                              new LogEnd(
                                  after.nextPosition(), before.tornBytes() + after.tornBytes())));
    }
    return end;
  }

  /** The position of the first event that a log still has; where it ends when it has none. */
  public static CompletableFuture<Long> firstPosition(
      DurableFiles files, BlockingWork work, SealedEpoch epoch) {
    AtomicLong first = new AtomicLong(-1);
    return RecordLogReader.scan(
            files,
            work,
            epoch.directory(),
            EventLabel.of(epoch.epoch()),
            0,
            record -> first.compareAndSet(-1, record.number()))
        .thenApply(end -> first.get() < 0 ? end.nextNumber() : first.get());
  }

  /**
   * Appends an event and gives its position. Positions grow by one.
   *
   * @throws MillraceException the failure of the log, or {@code ILLEGAL_USE} when it is closed
   */
  public long append(DriverEvent event) {
    byte[] avro = encoder.encode(event);
    if (avro.length > SegmentFormat.MAX_PAYLOAD_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "Event %s has %d bytes, at most %d fit into the event log"
              .formatted(
                  event.getClass().getSimpleName(), avro.length, SegmentFormat.MAX_PAYLOAD_BYTES));
    }
    return log.append(ByteBuffer.wrap(avro));
  }

  /** A future that completes once the event at the position, and all before it, are durable. */
  public CompletableFuture<Void> whenDurable(long position) {
    return log.whenDurable(position);
  }

  /** The position that the next event gets. */
  public long nextPosition() {
    return log.nextNumber();
  }

  /** The last durable position; one less than the first position while there is none. */
  public long durablePosition() {
    return log.durableNumber();
  }

  /**
   * Deletes, some time later, the segments of this epoch that hold only events before the position:
   * a durable snapshot has them.
   */
  public void releaseBefore(long position) {
    log.releaseBefore(position);
  }

  /** What it did so far. */
  public RecordLogCounters counters() {
    return log.counters();
  }

  /**
   * Takes no further event.
   *
   * @return completes when all that was appended is durable and the segment is closed
   */
  public CompletableFuture<Void> close() {
    return log.close();
  }
}
