package org.millrace.checkpoint.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the event log of one epoch. Owned by the loop it was made with: all methods are called
 * there, and futures and callbacks complete there.
 *
 * <p>An event has its position as soon as it is appended, and applies then. It is durable later:
 * one append with one flush is under way at a time, and everything queued meanwhile goes out with
 * the next (group commit). Effects that can be seen outside wait for {@link #whenDurable}.
 *
 * <pre>
 *  IDLE      -- append                  --> WRITING
 *  WRITING   -- flushed, more is queued --> WRITING   (into a new segment when this one is full)
 *  WRITING   -- flushed, nothing queued --> IDLE
 *  any       -- close                   --> CLOSED    after all that was appended is durable
 *  any       -- a write fails           --> FAILED    for good: what is durable is not known
 * </pre>
 *
 * <p>Segments that replace a stalled one, snapshots and compaction belong behind this class.
 */
public final class EventLog {

  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

  private final DurableFiles files;
  private final Loop loop;
  private final EpochClaim claim;
  private final EventLogOptions options;
  private final Consumer<MillraceException> onFailure;
  private final EventEncoder encoder = new EventEncoder();
  private final ByteArrayOutputStream queued = new ByteArrayOutputStream();
  private final TreeMap<Long, CompletableFuture<Void>> waiting = new TreeMap<>();
  private long nextPosition;
  private long durablePosition;
  private boolean turnScheduled;
  private boolean writing;
  private AppendFile segment;
  private int nextSegment;
  private CompletableFuture<Void> closing;
  private MillraceException failure;

  private EventLog(
      DurableFiles files,
      Loop loop,
      EpochClaim claim,
      long firstPosition,
      EventLogOptions options,
      Consumer<MillraceException> onFailure) {
    this.files = Objects.requireNonNull(files);
    this.loop = Objects.requireNonNull(loop);
    this.claim = Objects.requireNonNull(claim);
    this.options = Objects.requireNonNull(options);
    this.onFailure = Objects.requireNonNull(onFailure);
    if (firstPosition < 0) {
      throw new IllegalArgumentException("firstPosition is " + firstPosition);
    }
    nextPosition = firstPosition;
    durablePosition = firstPosition - 1;
  }

  /**
   * Starts the log of an epoch that was just claimed. May be called on any thread. Its first
   * segment is created with the first append.
   *
   * @param firstPosition the position after the last event of the epochs before, 0 for the first
   * @param onFailure called once, in the loop, when a write fails: with a {@code FencedException}
   *     when a later epoch took over, else with code {@code DURABILITY_UNKNOWN}. The owner must
   *     halt
   */
  public static EventLog start(
      DurableFiles files,
      Loop loop,
      EpochClaim claim,
      long firstPosition,
      EventLogOptions options,
      Consumer<MillraceException> onFailure) {
    return new EventLog(files, loop, claim, firstPosition, options, onFailure);
  }

  /**
   * Reads the log of one epoch and gives each event to the visitor, on a worker thread. Its writer
   * is gone or fenced: the lease of every segment was recovered.
   *
   * @param directory the directory of the epoch, by the name it has now
   * @param firstPosition the position its first event must have
   * @return where the log ends; fails with code {@code CORRUPT_LOG} when the files do not read as
   *     they were written
   */
  public static CompletableFuture<LogEnd> read(
      DurableFiles files,
      BlockingWork work,
      String directory,
      long epoch,
      long firstPosition,
      LogVisitor visitor) {
    return EventLogReader.read(files, work, directory, new LogStart(epoch, firstPosition), visitor);
  }

  /**
   * Appends an event and gives its position. Positions grow by one.
   *
   * @throws MillraceException the failure of the log, or {@code ILLEGAL_USE} when it is closed
   */
  public long append(DriverEvent event) {
    checkUsable();
    byte[] avro = encoder.encode(event);
    if (avro.length > SegmentFormat.MAX_RECORD_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "Event %s has %d bytes, at most %d fit into the event log"
              .formatted(
                  event.getClass().getSimpleName(), avro.length, SegmentFormat.MAX_RECORD_BYTES));
    }
    long position = nextPosition++;
    SegmentFormat.frame(position, avro, queued);
    if (!turnScheduled && !writing) {
      turnScheduled = true;
      // After this turn, so that all it appends shares one flush.
      loop.execute(this::startTurn);
    }
    return position;
  }

  /** A future that completes once the event at the position, and all before it, are durable. */
  public CompletableFuture<Void> whenDurable(long position) {
    checkInLoop();
    if (position >= nextPosition) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "Position %d was not appended yet, the next is %d".formatted(position, nextPosition));
    }
    if (position <= durablePosition) {
      return CompletableFuture.completedFuture(null);
    }
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    return waiting.computeIfAbsent(position, unknown -> new CompletableFuture<>());
  }

  /** The position that the next event gets. */
  public long nextPosition() {
    return nextPosition;
  }

  /** The last durable position; one less than the first position while there is none. */
  public long durablePosition() {
    return durablePosition;
  }

  /**
   * Takes no further event.
   *
   * @return completes when all that was appended is durable and the segment is closed
   */
  public CompletableFuture<Void> close() {
    checkInLoop();
    if (closing == null) {
      closing = new CompletableFuture<>();
      if (failure != null) {
        closing.completeExceptionally(failure);
      } else if (!writing && !turnScheduled) {
        write();
      }
    }
    return closing;
  }

  private void checkInLoop() {
    if (!loop.inLoop()) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "The event log in " + claim.directory() + " was used off its loop");
    }
  }

  private void checkUsable() {
    checkInLoop();
    if (failure != null) {
      throw failure;
    }
    if (closing != null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "The event log in " + claim.directory() + " is closed");
    }
  }

  private void startTurn() {
    turnScheduled = false;
    if (!writing && failure == null) {
      write();
    }
  }

  /** Called with nothing under way. */
  private void write() {
    if (queued.size() == 0) {
      if (closing != null) {
        finishClose();
      }
      return;
    }
    writing = true;
    if (segment != null && segment.length() >= options.segmentBytes()) {
      leaveSegment();
    }
    if (segment == null) {
      createSegment();
    } else {
      appendAndFlush(new byte[0]);
    }
  }

  private void leaveSegment() {
    String path = segment.path();
    var unused =
        segment
            .close()
            .exceptionally(
                fault -> {
                  // All of it is flushed; a reader recovers the lease of every file before it
                  // reads.
                  LOG.warn("Segment {} is durable but could not be closed", path, fault);
                  return null;
                });
    segment = null;
  }

  private void createSegment() {
    String path = claim.directory() + "/" + LogNames.segment(nextSegment++);
    long firstPosition = durablePosition + 1;
    var unused =
        files
            .createExclusive(path, options.files())
            .whenComplete(
                (created, fault) ->
                    loop.execute(
                        () -> {
                          if (fault != null) {
                            fail("create segment " + path, fault);
                          } else {
                            segment = created;
                            appendAndFlush(SegmentFormat.header(claim.epoch(), firstPosition));
                          }
                        }));
  }

  private void appendAndFlush(byte[] header) {
    ByteBuffer records = ByteBuffer.wrap(queued.toByteArray());
    queued.reset();
    long lastPosition = nextPosition - 1;
    // A failed append fails the flush behind it.
    var unusedAppend = segment.append(ByteBuffer.wrap(header), records);
    var unusedFlush =
        segment
            .flush() // this flush makes the events durable
            .whenComplete((length, fault) -> loop.execute(() -> onFlushed(lastPosition, fault)));
  }

  private void onFlushed(long lastPosition, Throwable fault) {
    if (fault != null) {
      fail("write positions up to " + lastPosition + " to " + segment.path(), fault);
      return;
    }
    durablePosition = lastPosition;
    writing = false;
    while (!waiting.isEmpty() && waiting.firstKey() <= lastPosition) {
      waiting.pollFirstEntry().getValue().complete(null);
    }
    // A waiter may have appended, and started the next write through its own turn.
    if (!writing) {
      write();
    }
  }

  private void finishClose() {
    if (closing.isDone()) {
      return;
    }
    if (segment == null) {
      closing.complete(null);
      return;
    }
    writing = true;
    var unused =
        segment
            .close()
            .whenComplete(
                (done, fault) ->
                    loop.execute(
                        () -> {
                          if (fault != null) {
                            fail("close " + segment.path(), fault);
                          } else {
                            closing.complete(null);
                          }
                        }));
  }

  private void fail(String action, Throwable fault) {
    if (failure != null) {
      return;
    }
    Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
    if (cause instanceof MillraceException known && known.code() == ErrorCode.FENCED) {
      failure = known;
    } else {
      failure =
          new MillraceException(
              ErrorCode.DURABILITY_UNKNOWN,
              "The event log could not %s: what is durable is not known, so this driver must halt"
                  .formatted(action),
              cause);
    }
    waiting.values().forEach(waiter -> waiter.completeExceptionally(failure));
    waiting.clear();
    if (closing != null) {
      closing.completeExceptionally(failure);
    }
    onFailure.accept(failure);
  }
}
