package org.millrace.checkpoint.segment;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FencedException;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes numbered records to segments in one directory. Owned by the loop it was made with: all
 * methods are called there, and futures and callbacks complete there.
 *
 * <p>A record has its number as soon as it is appended and is durable later: one append with one
 * flush is under way in a segment, and everything queued meanwhile goes out with the next (group
 * commit). Beside the <b>active</b> segment a <b>spare</b> stands open. All segments that have a
 * write under way were given the records from the first one that is not durable on:
 *
 * <pre>
 *  IDLE     -- append                      --> WRITING   to the active segment; a full one is left for the spare
 *  WRITING  -- acknowledged                --> IDLE or WRITING
 *  WRITING  -- not answered within a bound --> HEDGED    the same records to the spare as well
 *  HEDGED   -- any one acknowledged        --> IDLE or WRITING   that one is active, the others are abandoned
 *  WRITING, HEDGED -- one failed           --> the others go on; without any, WRITING to the spare
 *  any      -- nothing acknowledged within the stall timeout --> FAILED
 *  any      -- a failure before anything was ever acknowledged --> FAILED
 *  any      -- a segment says that the log is fenced         --> FAILED
 *  any      -- close                       --> CLOSED    after all that was appended is durable
 * </pre>
 *
 * The bound follows recent flush times. So a record can be in more than one segment, and an
 * abandoned segment can end anywhere; {@link RecordLogReader} reads each record once.
 */
public final class RecordLog {

  private static final Logger LOG = LoggerFactory.getLogger(RecordLog.class);

  /** Segments that have the same records under way. */
  private static final int MAX_LANES = 5;

  /** Is told what becomes of the records, in the loop of the log. */
  public interface Listener {

    /** A record is durable; called in the order of the numbers, before futures complete. */
    default void onDurable(long number, RecordLocation location) {}

    /**
     * Called once, when the log has failed: with a {@link FencedException} when somebody else took
     * over, else with code {@code DURABILITY_UNKNOWN}. Whoever writes must halt.
     */
    void onFailure(MillraceException failure);
  }

  private final DurableFiles files;
  private final Loop loop;
  private final Clock clock;
  private final String directory;
  private final RecordLogOptions options;
  private final Listener listener;
  private final SegmentOpener opener;
  private final FlushTimes times;
  private final ArrayDeque<PendingRecord> pending = new ArrayDeque<>();
  private final TreeMap<Long, CompletableFuture<Void>> waiting = new TreeMap<>();
  private final List<OpenSegment> lanes = new ArrayList<>();
  private final List<LeftSegment> left = new ArrayList<>();
  private OpenSegment active;
  private OpenSegment spare;
  private long releaseBound;
  private boolean releasing;
  private boolean hedgeWanted;
  private long nextNumber;
  private long durableNumber;
  private boolean turnScheduled;
  private Loop.Timer hedgeTimer;
  private Loop.Timer stallTimer;
  private CompletableFuture<Void> closing;
  private boolean finishing;
  private MillraceException failure;
  private Throwable lastFault;
  private long records;
  private long bytes;
  private long flushes;
  private long longestFlushNanos;
  private long hedges;
  private long hedgesWon;
  private long failures;
  private long failedReleases;

  /** Made by {@link #start}. */
  private RecordLog(
      DurableFiles files,
      Loop loop,
      Clock clock,
      Place place,
      RecordLogOptions options,
      Listener listener) {
    this.files = files;
    this.loop = loop;
    this.clock = clock;
    this.directory = place.directory();
    this.options = options;
    this.listener = listener;
    nextNumber = place.firstNumber();
    durableNumber = place.firstNumber() - 1;
    times = new FlushTimes(options.hedge());
    opener =
        new SegmentOpener(
            files, loop, directory, place.label(), options, () -> durableNumber + 1, new Opened());
  }

  /**
   * Where a log is and how it begins. Immutable.
   *
   * @param directory which must exist, and in which nobody else writes
   * @param firstNumber the number of its first record, at least 0
   */
  public record Place(String directory, SegmentLabel label, long firstNumber) {
    public Place {
      if (firstNumber < 0) {
        throw new IllegalArgumentException("firstNumber is " + firstNumber);
      }
    }
  }

  /** A segment that is not written any more. */
  private static final class LeftSegment {
    private final String name;
    private final long firstSent;
    private final long lastSent;
    private final CompletableFuture<Void> letGo;

    LeftSegment(String name, long firstSent, long lastSent, CompletableFuture<Void> letGo) {
      this.name = name;
      this.firstSent = firstSent;
      this.lastSent = lastSent;
      this.letGo = letGo;
    }
  }

  /**
   * Starts a new log. May be called on any thread. Its first segment is created with the first
   * append; the directory is never created, and when it is missing the log is fenced.
   */
  public static RecordLog start(
      DurableFiles files,
      Loop loop,
      Clock clock,
      Place place,
      RecordLogOptions options,
      Listener listener) {
    return new RecordLog(files, loop, clock, place, options, listener);
  }

  /**
   * Appends a record: the remaining bytes of all buffers, 1 byte to 64 MiB. The buffers are neither
   * copied nor consumed, and their content must not change before {@link #whenUnused}.
   *
   * @return its number, one more than that of the record before
   * @throws MillraceException the failure of the log, {@code RECORD_TOO_LARGE}, or {@code
   *     ILLEGAL_USE} when it is closed or the record is empty
   */
  public long append(ByteBuffer... payload) {
    checkUsable();
    long size = 0;
    for (ByteBuffer part : payload) {
      size += part.remaining();
    }
    if (size > SegmentFormat.MAX_PAYLOAD_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "A record has %d bytes, at most %d fit into the log in %s"
              .formatted(size, SegmentFormat.MAX_PAYLOAD_BYTES, directory));
    }
    if (size == 0) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "An empty record cannot go into the log in " + directory);
    }
    long number = nextNumber++;
    pending.add(PendingRecord.of(number, payload));
    if (!turnScheduled && lanes.isEmpty()) {
      turnScheduled = true;
      // After this turn, so that all it appends shares one flush.
      loop.execute(
          () -> {
            turnScheduled = false;
            turn();
          });
    }
    return number;
  }

  /** A future that completes once the record with the number, and all before it, are durable. */
  public CompletableFuture<Void> whenDurable(long number) {
    checkInLoop();
    if (number >= nextNumber) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "Record %d was not appended yet, the next is %d".formatted(number, nextNumber));
    }
    if (number <= durableNumber) {
      return CompletableFuture.completedFuture(null);
    }
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    return waiting.computeIfAbsent(number, unknown -> new CompletableFuture<>());
  }

  /**
   * A future that completes once nobody reads the buffers of the record any more. That is soon
   * after it is durable, unless a stalled segment was abandoned in the middle of it. Completes on
   * any thread, never exceptionally.
   */
  public CompletableFuture<Void> whenUnused(long number) {
    return whenDurable(number)
        .exceptionally(lost -> null)
        .thenCompose(done -> stillReading(number));
  }

  private CompletableFuture<Void> stillReading(long number) {
    return CompletableFuture.allOf(
        left.stream()
            .filter(segment -> segment.firstSent <= number && number <= segment.lastSent)
            .map(segment -> segment.letGo)
            .toArray(CompletableFuture<?>[]::new));
  }

  /** The number that the next record gets. */
  public long nextNumber() {
    return nextNumber;
  }

  /** The last durable number; one less than the first number while there is none. */
  public long durableNumber() {
    return durableNumber;
  }

  /** What it did so far. */
  public RecordLogCounters counters() {
    return new RecordLogCounters(
        records, bytes, flushes, longestFlushNanos, hedges, hedgesWon, failures, failedReleases);
  }

  /**
   * Deletes, some time later, the segments that hold only durable records below the number, one
   * after the other and the oldest records first, so that what is left has no hole. What cannot be
   * deleted is counted and tried again at the next call.
   */
  public void releaseBefore(long number) {
    checkInLoop();
    releaseBound = Math.max(releaseBound, Math.min(number, durableNumber + 1));
    releaseNext();
  }

  private void releaseNext() {
    if (releasing) {
      return;
    }
    left.stream()
        // One that got no record can be let go of at any time; nobody waits for it.
        .filter(segment -> segment.lastSent >= 0 || segment.letGo.isDone())
        .min(Comparator.comparingLong(segment -> segment.lastSent))
        .filter(segment -> segment.lastSent < releaseBound && segment.letGo.isDone())
        .ifPresent(this::delete);
  }

  private void delete(LeftSegment segment) {
    releasing = true;
    Answers.post(
        files.delete(directory + "/" + segment.name),
        loop,
        (outcome, fault) -> {
          releasing = false;
          if (outcome == Outcome.DONE) {
            left.remove(segment);
            releaseNext();
          } else {
            failedReleases++;
          }
        });
  }

  /**
   * Takes no further record.
   *
   * @return completes when all that was appended is durable and the active segment is closed
   */
  public CompletableFuture<Void> close() {
    checkInLoop();
    if (closing == null) {
      closing = new CompletableFuture<>();
      if (failure != null) {
        closing.completeExceptionally(failure);
      } else if (!turnScheduled) {
        turn();
      }
    }
    return closing;
  }

  /** Gives the log up as it is: what is not durable yet fails, and no callback comes any more. */
  public void abort() {
    checkInLoop();
    if (failure == null) {
      end(
          new MillraceException(
              ErrorCode.DURABILITY_UNKNOWN, "The log in " + directory + " was aborted"));
    }
  }

  private void checkInLoop() {
    if (!loop.inLoop()) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "The log in " + directory + " was used off its loop");
    }
  }

  private void checkUsable() {
    checkInLoop();
    if (failure != null) {
      throw failure;
    }
    if (closing != null) {
      throw new MillraceException(ErrorCode.ILLEGAL_USE, "The log in " + directory + " is closed");
    }
  }

  /** Writes what is pending, unless a write is under way. */
  private void turn() {
    if (failure != null || !lanes.isEmpty() || finishing) {
      return;
    }
    if (pending.isEmpty()) {
      if (closing != null) {
        finishClose();
      }
      return;
    }
    watchForStall();
    if (spare != null && (active == null || isFull(active))) {
      if (active != null) {
        leave(active, closeLater(active));
      }
      active = spare;
      spare = null;
    }
    if (active == null) {
      opener.open();
      return;
    }
    send(active);
    if (flushes > 0) {
      keepSpare();
    }
  }

  private boolean isFull(OpenSegment segment) {
    return segment.file().length() >= options.segmentBytes()
        || (segment.lastSent() >= 0
            && clock.nanoTime() - segment.activeSinceNanos() >= options.segmentAge().toNanos());
  }

  private void keepSpare() {
    if (spare == null && closing == null && failure == null) {
      opener.open();
    }
  }

  private void send(OpenSegment segment) {
    segment.append(pending, clock.nanoTime());
    lanes.add(segment);
    AppendFile file = segment.file();
    Answers.post(
        // This flush makes the records durable.
        options.safety() == RecordLogOptions.Safety.SYNCED ? file.sync() : file.flush(),
        loop,
        (length, fault) -> onAnswer(segment, fault));
    cancel(hedgeTimer);
    hedgeTimer =
        loop.schedule(
            times.boundMs(segment.writeBytes()),
            // Behind the answers that came while this loop was busy or the process stood still.
            () -> loop.execute(() -> hedge(segment)));
  }

  private void hedge(OpenSegment slow) {
    if (failure != null || lanes.size() >= MAX_LANES) {
      return;
    }
    if (lanes.isEmpty() || lanes.get(lanes.size() - 1) != slow) {
      return;
    }
    if (spare == null) {
      hedgeWanted = true;
      opener.open();
      return;
    }
    OpenSegment lane = spare;
    spare = null;
    hedges++;
    send(lane);
    keepSpare();
  }

  /** What the opener tells. */
  private final class Opened implements SegmentOpener.Owner {

    @Override
    public boolean isWaiting() {
      return active == null || hedgeWanted;
    }

    @Override
    public boolean isFirst() {
      return flushes == 0;
    }

    @Override
    public boolean isStalled() {
      return flushes > 0 && (isWaiting() || lanes.size() > 1);
    }

    @Override
    public List<OpenSegment> segments() {
      Set<OpenSegment> segments = new LinkedHashSet<>(lanes);
      Stream.of(active, spare).filter(Objects::nonNull).forEach(segments::add);
      return List.copyOf(segments);
    }

    @Override
    public void onOpened(OpenSegment segment) {
      if (active == null) {
        active = segment;
        turn();
        return;
      }
      if (spare != null) {
        onLeftBehind(segment.name(), segment.file());
        return;
      }
      spare = segment;
      if (hedgeWanted && !lanes.isEmpty()) {
        hedgeWanted = false;
        hedge(lanes.get(lanes.size() - 1));
      }
    }

    @Override
    public void onOpenFailed(Throwable fault) {
      if (fault instanceof FencedException || isUseless()) {
        fail(fault);
        return;
      }
      failures++;
      lastFault = fault;
    }

    @Override
    public void onLeftBehind(String name, AppendFile file) {
      left.add(new LeftSegment(name, -1, -1, file.abort()));
    }
  }

  private void onAnswer(OpenSegment segment, Throwable fault) {
    if (!lanes.contains(segment)) {
      return; // Another one was faster, and this one is abandoned.
    }
    if (fault == null) {
      onAcknowledged(segment);
    } else if (fault instanceof FencedException) {
      fail(fault);
    } else {
      onWriteFailed(segment, fault);
    }
  }

  /** Nothing was ever written and nothing is under way: the owner should hear why at once. */
  private boolean isUseless() {
    return flushes == 0 && lanes.isEmpty();
  }

  private void onWriteFailed(OpenSegment segment, Throwable fault) {
    failures++;
    lastFault = fault;
    LOG.warn("Segment {} of {} failed; another one takes over", segment.name(), directory, fault);
    opener.onWriteFailed();
    lanes.remove(segment);
    leave(segment, segment.file().abort());
    if (active == segment) {
      active = lanes.isEmpty() ? null : lanes.get(0);
    }
    if (lanes.isEmpty()) {
      hedgeWanted = false;
      if (isUseless()) {
        fail(fault);
      }
      turn();
    } else {
      hedge(lanes.get(lanes.size() - 1));
    }
  }

  private void onAcknowledged(OpenSegment segment) {
    long nowNanos = clock.nanoTime();
    longestFlushNanos = Math.max(longestFlushNanos, nowNanos - lanes.get(0).sentNanos());
    times.add(nowNanos - segment.sentNanos());
    flushes++;
    if (segment != lanes.get(0)) {
      hedgesWon++;
    }
    lanes.remove(segment);
    lanes.forEach(slower -> leave(slower, slower.file().abort()));
    lanes.clear();
    active = segment;
    hedgeWanted = false;
    hedgeTimer = cancel(hedgeTimer);
    stallTimer = cancel(stallTimer);
    opener.onAcknowledged();
    acknowledge(segment);
    keepSpare();
    turn();
  }

  private void acknowledge(OpenSegment segment) {
    List<RecordLocation> locations = new ArrayList<>();
    long number = durableNumber + 1;
    long offset = segment.writeOffset();
    durableNumber = segment.lastSent();
    while (!pending.isEmpty() && pending.peek().number() <= durableNumber) {
      PendingRecord record = pending.remove();
      locations.add(
          new RecordLocation(
              segment.name(), offset + SegmentFormat.RECORD_PREFIX_BYTES, record.payloadBytes()));
      offset += record.sizeBytes();
      bytes += record.payloadBytes();
      records++;
    }
    for (RecordLocation location : locations) {
      listener.onDurable(number++, location);
    }
    while (!waiting.isEmpty() && waiting.firstKey() <= durableNumber) {
      waiting.pollFirstEntry().getValue().complete(null);
    }
  }

  /** All of it is durable, so that a failure harms nobody: a reader recovers every lease. */
  private CompletableFuture<Void> closeLater(OpenSegment segment) {
    CompletableFuture<Void> letGo = new CompletableFuture<>();
    Answers.post(
        segment.file().close(),
        loop,
        (done, fault) -> {
          letGo.complete(null);
          if (fault instanceof FencedException) {
            fail(fault);
          } else if (fault != null) {
            LOG.warn(
                "Segment {} of {} is durable but could not be closed",
                segment.name(),
                directory,
                fault);
          }
        });
    return letGo;
  }

  private void leave(OpenSegment segment, CompletableFuture<Void> letGo) {
    left.add(new LeftSegment(segment.name(), segment.firstSent(), segment.lastSent(), letGo));
  }

  private void watchForStall() {
    if (stallTimer == null) {
      stallTimer = loop.schedule(options.stallTimeout().toMillis(), this::onStalled);
    }
  }

  private void onStalled() {
    stallTimer = null;
    fail(
        new MillraceException(
            ErrorCode.TIMED_OUT,
            "No segment acknowledged records from %d on within %s"
                .formatted(durableNumber + 1, options.stallTimeout()),
            lastFault));
  }

  private void finishClose() {
    finishing = true;
    opener.stop();
    if (active == null) {
      closeSpare();
      return;
    }
    watchForStall();
    Answers.post(
        active.file().close(),
        loop,
        (done, fault) -> {
          stallTimer = cancel(stallTimer);
          if (fault != null) {
            fail(fault);
          } else {
            closeSpare();
          }
        });
  }

  /**
   * It holds nothing, and when it stays a reader finds nothing in it. But whoever waits for the end
   * may read at once, and should not meet it half gone.
   */
  private void closeSpare() {
    if (spare == null) {
      closing.complete(null);
      return;
    }
    Loop.Timer patience =
        loop.schedule(options.stallTimeout().toMillis(), () -> closing.complete(null));
    Answers.post(
        spare.file().close().thenCompose(closed -> files.delete(spare.file().path())),
        loop,
        (done, fault) -> {
          patience.cancel();
          closing.complete(null);
        });
  }

  private void fail(Throwable cause) {
    if (failure != null || (closing != null && closing.isDone())) {
      return;
    }
    end(
        cause instanceof FencedException fenced
            ? fenced
            : new MillraceException(
                ErrorCode.DURABILITY_UNKNOWN,
                "The log in %s cannot be written any more, and what is durable from record %d on is not known, so its writer must halt: %s"
                    .formatted(directory, durableNumber + 1, cause.getMessage()),
                cause));
    listener.onFailure(failure);
  }

  private void end(MillraceException reason) {
    failure = reason;
    opener.stop();
    hedgeTimer = cancel(hedgeTimer);
    stallTimer = cancel(stallTimer);
    if (active != null && !lanes.contains(active)) {
      leave(active, active.file().abort());
    }
    if (spare != null) {
      leave(spare, spare.file().abort());
    }
    lanes.forEach(lane -> leave(lane, lane.file().abort()));
    lanes.clear();
    pending.clear();
    waiting.values().forEach(waiter -> waiter.completeExceptionally(reason));
    waiting.clear();
    if (closing != null) {
      closing.completeExceptionally(reason);
    }
  }

  private static Loop.Timer cancel(Loop.Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
    return null;
  }
}
