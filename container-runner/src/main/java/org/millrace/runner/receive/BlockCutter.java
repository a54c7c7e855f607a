package org.millrace.runner.receive;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockLayout;
import org.millrace.runner.block.BlockMemory;
import org.millrace.runner.block.BlockStore;
import org.millrace.runner.block.StoredBlock;
import org.millrace.runner.codec.RecordCodec;

/**
 * Cuts what the threads of one receiver store into the blocks of its stream. Thread-safe.
 *
 * <p>Threads that store wait when there is no memory. They do not hold the lock then, and there is
 * no open block, so the timer that cuts never waits for them.
 *
 * <pre>
 *   OPEN --close--&gt; CLOSING (who stores already may finish) --last one left--&gt; CLOSED
 * </pre>
 */
final class BlockCutter {
  private enum State {
    OPEN,
    CLOSING,
    CLOSED
  }

  private static final int MAX_RECORD_BYTES = 32 << 20;

  private final long streamId;
  private final BlockStore store;
  private final BlockMemory memory;
  private final Clock clock;
  private final RecordCodec codec;
  private final BlockSizes sizes;
  private final SafeMark mark;
  private final Consumer<StoredBlock> onStored;
  private final MemoryGate gate;
  private final RateGate rate;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition storerLeft = lock.newCondition();

  @GuardedBy("lock")
  private State state = State.OPEN;

  @GuardedBy("lock")
  private OpenBlock open;

  @GuardedBy("lock")
  private long nextSequence;

  @GuardedBy("lock")
  private int storers;

  /** The newest position of each source. */
  @GuardedBy("lock")
  private final Map<String, SourcePosition> positions = new TreeMap<>();

  /** Starts of the receiver; what an earlier one stores with positions is refused. */
  @GuardedBy("lock")
  private int start;

  @GuardedBy("lock")
  private boolean positionsStored;

  /** Bytes of the last block, which the next one will need as well. */
  @GuardedBy("lock")
  private int expectedBytes;

  // Volatile: set by the timer that found the lock taken, looked at by who holds the lock.
  private volatile boolean cutRequested;

  /**
   * @param firstSequence where the stream goes on
   * @param before positions of the sources before the first block
   * @param onStored told about each block in the order of the stream, while the lock is held
   */
  BlockCutter(
      long streamId,
      ReceiverEnvironment environment,
      SafeMark mark,
      long firstSequence,
      List<SourcePosition> before,
      Consumer<StoredBlock> onStored) {
    this.streamId = streamId;
    this.mark = mark;
    before.forEach(this::noteBefore);
    this.nextSequence = firstSequence;
    this.store = environment.blockStore();
    this.memory = store.memory();
    this.clock = environment.clock();
    this.codec = environment.recordCodec();
    this.sizes =
        BlockSizes.within(environment.settings().maxBlockBytes(), memory.receivedMaximumBytes());
    this.onStored = onStored;
    this.gate = new MemoryGate(memory);
    this.rate = new RateGate(clock);
  }

  private void noteBefore(SourcePosition position) {
    lock.lock();
    try {
      positions.put(position.source(), position);
    } finally {
      lock.unlock();
    }
  }

  /** How many records a second may be stored. */
  RateGate rate() {
    return rate;
  }

  /** Where a block is cut at the latest. */
  int maxBlockBytes() {
    return sizes.maximumBytes();
  }

  /** Whether a thread waits for memory. */
  boolean isThrottled() {
    return gate.isThrottled();
  }

  /** Takes whole lines from a heap buffer; returns when they are in a block, open or cut. */
  void storeLines(ByteBuffer lines) {
    enter();
    try {
      for (long missing = appendLines(lines); missing > 0; missing = appendLines(lines)) {
        int arrayBytes = sizes.arrayBytes(missing);
        gate.take(arrayBytes);
        openIfNone(newLineBlock(arrayBytes, BlockPosition.none()));
      }
    } finally {
      leave();
    }
  }

  /** Takes one object; returns when it is in a block, open or cut. */
  void storeRecord(Object record) {
    enter();
    try {
      while (!appendRecord(record)) {
        gate.take(BlockSizes.MINIMUM_BYTES);
        openIfNone(newRecordBlock(BlockPosition.none()));
      }
    } finally {
      leave();
    }
  }

  /**
   * Stores lines as blocks of their own and returns the sequence behind the last of them.
   *
   * @param chunks whole lines each
   */
  long storeOwnLines(Iterator<ByteBuffer> chunks) {
    enter();
    try {
      long until = 0;
      while (chunks.hasNext()) {
        ByteBuffer chunk = chunks.next();
        int arrayBytes = BlockLayout.HEADER_BYTES + chunk.remaining();
        gate.take(arrayBytes);
        LineBlock own = newLineBlock(arrayBytes, BlockPosition.none());
        own.append(chunk, chunk.remaining());
        until = storeOwn(own);
      }
      return until;
    } finally {
      leave();
    }
  }

  /** Stores objects as blocks of their own and returns the sequence behind the last of them. */
  long storeOwnRecords(Iterator<?> records) {
    enter();
    try {
      long until = 0;
      while (records.hasNext()) {
        gate.take(BlockSizes.MINIMUM_BYTES);
        RecordBlock own = newRecordBlock(BlockPosition.none());
        try {
          boolean room = true;
          while (room && records.hasNext() && own.usedBytes() < sizes.maximumBytes()) {
            room = own.append(records.next());
          }
        } catch (RuntimeException | Error e) {
          own.discard();
          throw e;
        }
        until = storeOwn(own);
      }
      return until;
    } finally {
      leave();
    }
  }

  /**
   * Takes whole lines from a heap buffer with the position behind them, all or none, and returns
   * the sequence behind the block that they are in. While nothing is on its way to safety the block
   * is cut at once; else it collects what comes until that is safe.
   *
   * @param byStart the start of the receiver that stores
   */
  long storeLinesAt(ByteBuffer lines, SourcePosition position, int byStart) {
    requireFits(lines.remaining());
    enter();
    try {
      long until = appendLinesAt(lines, position, byStart);
      while (until < 0) {
        BlockPosition of = BlockPosition.beginningWith(position);
        long needed = (long) BlockLayout.HEADER_BYTES + of.roomBytes() + lines.remaining();
        int arrayBytes = sizes.arrayBytes(needed);
        gate.take(arrayBytes);
        openIfNone(newLineBlock(arrayBytes, of));
        until = appendLinesAt(lines, position, byStart);
      }
      return until;
    } finally {
      leave();
    }
  }

  /** Takes objects as {@link #storeLinesAt} takes lines. */
  long storeRecordsAt(List<?> records, SourcePosition position, int byStart) {
    enter();
    try {
      long until = appendRecordsAt(records, position, byStart);
      while (until < 0) {
        gate.take(BlockSizes.MINIMUM_BYTES);
        openIfNone(newRecordBlock(BlockPosition.beginningWith(position)));
        until = appendRecordsAt(records, position, byStart);
      }
      return until;
    } finally {
      leave();
    }
  }

  /** All that is on its way is safe: what was collected meanwhile goes now. */
  void onSafe() {
    if (!lock.tryLock()) {
      cutRequested = true;
      return;
    }
    try {
      if (open != null && open.position().isWanted() && isAllSafe()) {
        cutOpen();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The receiver is about to be started: from now on positions are taken from this start only.
   * Blocks shortly.
   */
  Start begin() {
    lock.lock();
    try {
      cutOpen();
      start++;
      return new Start(start, List.copyOf(positions.values()), positionsStored ? nextSequence : 0);
    } finally {
      lock.unlock();
    }
  }

  /**
   * One start of the receiver. Immutable.
   *
   * @param positions where its sources are to be resumed
   * @param safeAt the positions are as safe as the mark when it is here
   */
  record Start(int number, List<SourcePosition> positions, long safeAt) {}

  /** The timer: cuts the open block unless a thread is just storing; then that thread cuts it. */
  void onInterval() {
    if (!lock.tryLock()) {
      cutRequested = true;
      return;
    }
    try {
      cutOpen();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes nothing new, lets threads that are storing finish, and cuts what is open. Blocks.
   *
   * @param patienceMs how long threads may go on to wait for memory; then they are sent away
   */
  void close(long patienceMs) {
    rate.lift();
    lock.lock();
    try {
      state = state == State.OPEN ? State.CLOSING : state;
      if (!awaitStorers(patienceMs)) {
        gate.close();
        // Who was waiting leaves at once; who is in an iterator of the user may take for ever.
        awaitStorers(TimeUnit.SECONDS.toMillis(1));
      }
      state = State.CLOSED;
      cutOpen();
    } finally {
      lock.unlock();
    }
    gate.close();
  }

  @GuardedBy("lock")
  private boolean awaitStorers(long patienceMs) {
    long leftNanos = TimeUnit.MILLISECONDS.toNanos(patienceMs);
    try {
      while (storers > 0 && leftNanos > 0) {
        leftNanos = storerLeft.awaitNanos(leftNanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return storers == 0;
  }

  /** Appends what fits; 0 when that was all, else the bytes for which a new block is needed. */
  private long appendLines(ByteBuffer lines) {
    lock.lock();
    try {
      while (lines.hasRemaining()) {
        requireNotClosed();
        cutPositioned();
        if (open == null) {
          return Math.max(expectedBytes, BlockLayout.HEADER_BYTES + firstLineBytes(lines));
        }
        LineBlock block = (LineBlock) open;
        int fitting = fitting(block, lines);
        if (fitting > 0) {
          int before = block.recordCount();
          block.append(lines, fitting);
          rate.spent(block.recordCount() - before);
        }
        if (lines.hasRemaining()) {
          cutOpen();
        }
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes of whole lines fit, after the block grew if it could. */
  @GuardedBy("lock")
  private int fitting(LineBlock block, ByteBuffer lines) {
    if (makeRoom(block, lines.remaining())) {
      return lines.remaining();
    }
    int start = lines.arrayOffset() + lines.position();
    int last = LineFeeds.last(lines.array(), start, start + block.roomBytes());
    return last < 0 ? 0 : last + 1 - start;
  }

  /** Whether all of it fits, after the block grew if it could. */
  @GuardedBy("lock")
  private boolean makeRoom(LineBlock block, int bytes) {
    if (bytes > block.roomBytes()) {
      int grown = sizes.grownArrayBytes(block.usedBytes() + (long) bytes);
      if (grown > block.capacityBytes()) {
        block.tryGrow(grown);
      }
    }
    return bytes <= block.roomBytes();
  }

  private static long firstLineBytes(ByteBuffer lines) {
    int start = lines.arrayOffset() + lines.position();
    long length = 1L + LineFeeds.first(lines.array(), start, start + lines.remaining()) - start;
    if (length > BlockLayout.MAX_PAYLOAD_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a line of %d bytes, expected at most %d; split it at the source"
              .formatted(length, BlockLayout.MAX_PAYLOAD_BYTES));
    }
    return length;
  }

  /** False when there is no open block. */
  private boolean appendRecord(Object record) {
    lock.lock();
    try {
      requireNotClosed();
      cutPositioned();
      if (open == null) {
        return false;
      }
      boolean room = ((RecordBlock) open).append(record);
      rate.spent(1);
      if (!room || open.usedBytes() >= sizes.maximumBytes()) {
        cutOpen();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** A negative number when a new block is needed. */
  private long appendLinesAt(ByteBuffer lines, SourcePosition position, int byStart) {
    lock.lock();
    try {
      if (!isOpenFor(position, byStart)) {
        return -1;
      }
      LineBlock block = (LineBlock) open;
      if (!makeRoom(block, lines.remaining())) {
        cutOpen();
        return -1;
      }
      int before = block.recordCount();
      block.append(lines, lines.remaining());
      rate.spent(block.recordCount() - before);
      return appendedAt(position, true);
    } finally {
      lock.unlock();
    }
  }

  private long appendRecordsAt(List<?> records, SourcePosition position, int byStart) {
    lock.lock();
    try {
      if (!isOpenFor(position, byStart)) {
        return -1;
      }
      boolean room = ((RecordBlock) open).appendAll(records);
      rate.spent(records.size());
      return appendedAt(position, room);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean isOpenFor(SourcePosition position, int byStart) {
    requireNotClosed();
    if (byStart != start) {
      throw stopped();
    }
    if (open != null && !open.position().takes(position)) {
      cutOpen();
    }
    return open != null;
  }

  /** The records are in the open block; answers the sequence behind it. */
  @GuardedBy("lock")
  private long appendedAt(SourcePosition position, boolean room) {
    open.position().moveTo(position);
    positions.put(position.source(), position);
    positionsStored = true;
    long until = nextSequence + 1;
    if (!room || open.usedBytes() >= sizes.maximumBytes() || isAllSafe()) {
      cutOpen();
    }
    return until;
  }

  @GuardedBy("lock")
  private boolean isAllSafe() {
    return mark.until() >= nextSequence;
  }

  private static void requireFits(int bytes) {
    if (bytes > BlockLayout.MAX_PAYLOAD_BYTES) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "%d bytes of lines with one position, expected at most %d; store fewer of them with each position"
              .formatted(bytes, BlockLayout.MAX_PAYLOAD_BYTES));
    }
  }

  private void openIfNone(OpenBlock block) {
    lock.lock();
    try {
      if (open == null && state != State.CLOSED) {
        open = block;
        return;
      }
    } finally {
      lock.unlock();
    }
    block.discard();
  }

  private long storeOwn(OpenBlock block) {
    boolean stored = false;
    lock.lock();
    try {
      requireNotClosed();
      cutOpen();
      rate.spent(block.recordCount());
      cut(block);
      stored = true;
      return nextSequence;
    } finally {
      lock.unlock();
      if (!stored) {
        block.discard();
      }
    }
  }

  /** Records without a position do not follow those that have one in a block. */
  @GuardedBy("lock")
  private void cutPositioned() {
    if (open != null && open.position().isWanted()) {
      cutOpen();
    }
  }

  @GuardedBy("lock")
  private void cutOpen() {
    cutRequested = false;
    OpenBlock block = open;
    open = null;
    if (block == null) {
      return;
    }
    if (block.recordCount() == 0 && !block.position().isKnown()) {
      block.discard();
      return;
    }
    expectedBytes = Math.min(block.usedBytes(), sizes.maximumBytes() / 2 + 1);
    cut(block);
  }

  @GuardedBy("lock")
  private void cut(OpenBlock block) {
    StoredBlock stored = block.seal(new BlockId(streamId, nextSequence));
    nextSequence++;
    store.append(stored);
    onStored.accept(stored);
  }

  private LineBlock newLineBlock(int arrayBytes, BlockPosition position) {
    try {
      return new LineBlock(memory, arrayBytes, position, clock.nowMs());
    } catch (OutOfMemoryError e) {
      memory.releaseReceived(arrayBytes);
      throw e;
    }
  }

  private RecordBlock newRecordBlock(BlockPosition position) {
    return new RecordBlock(
        memory, codec.writer(MAX_RECORD_BYTES), BlockSizes.MINIMUM_BYTES, position, clock.nowMs());
  }

  private void enter() {
    lock.lock();
    try {
      if (state != State.OPEN) {
        throw stopped();
      }
      storers++;
    } finally {
      lock.unlock();
    }
    boolean entered = false;
    try {
      // Here it counts as storing: a stop lets it store what it has.
      rate.await();
      entered = true;
    } finally {
      if (!entered) {
        leave();
      }
    }
  }

  private void leave() {
    lock.lock();
    try {
      storers--;
      storerLeft.signalAll();
      if (cutRequested) {
        cutOpen();
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void requireNotClosed() {
    if (state == State.CLOSED) {
      throw stopped();
    }
  }

  private static MillraceException stopped() {
    return new MillraceException(
        ErrorCode.ILLEGAL_USE,
        "the receiver is stopped: what it stores now is refused; end its threads in onStop()");
  }
}
