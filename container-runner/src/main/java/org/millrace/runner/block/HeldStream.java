package org.millrace.runner.block;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.millrace.api.streaming.receiver.SourcePosition;

/**
 * The blocks {@code [from, until)} of one stream, of which {@code [from, memoryFrom)} are in the
 * log alone. Guarded by the lock of its {@link BlockStore}.
 */
final class HeldStream {
  private final boolean primary;
  private final int executor;
  private final Map<Long, StoredBlock> blocks = new HashMap<>();
  private final Map<Long, LoggedPlace> logged = new HashMap<>();
  private final Map<String, SourcePosition> positions = new TreeMap<>();
  private long from;
  private long memoryFrom;
  private long spilledBytes;
  private long until;
  private long untilRecords;
  private long byteCount;

  /**
   * @param executor of the receiver of the stream
   */
  HeldStream(boolean primary, int executor) {
    this.primary = primary;
    this.executor = executor;
  }

  int executor() {
    return executor;
  }

  boolean primary() {
    return primary;
  }

  long until() {
    return until;
  }

  /** A block that is in memory. */
  Optional<StoredBlock> block(long sequence) {
    return Optional.ofNullable(blocks.get(sequence));
  }

  /** The place of a block in the log, once it is durable there. */
  Optional<LoggedPlace> logged(long sequence) {
    return Optional.ofNullable(logged.get(sequence));
  }

  /** The first block that is in memory, if any is. */
  long memoryFrom() {
    return memoryFrom;
  }

  /** Bytes of blocks that are in the log alone. */
  long spilledBytes() {
    return spilledBytes;
  }

  void onLogged(long sequence, LoggedPlace place) {
    if (sequence >= from) {
      logged.put(sequence, place);
    }
  }

  /** Takes the oldest block out of memory; empty when the log does not have it. */
  Optional<StoredBlock> spill() {
    if (memoryFrom >= until || !logged.containsKey(memoryFrom)) {
      return Optional.empty();
    }
    StoredBlock spilled = blocks.remove(memoryFrom);
    spilledBytes += logged.get(memoryFrom).location().length();
    memoryFrom++;
    return Optional.of(spilled);
  }

  /** Appends a block of this executor's receiver. */
  void append(StoredBlock block) {
    append(block, untilRecords);
  }

  /**
   * Appends the next block.
   *
   * @param recordsBefore records in all blocks of the stream before it
   */
  void append(StoredBlock block, long recordsBefore) {
    if (block.id().sequence() != until) {
      throw new IllegalStateException(
          "%s was appended to a stream held up to %d".formatted(block.id(), until));
    }
    blocks.put(until, block);
    until++;
    untilRecords = recordsBefore + block.recordCount();
    byteCount += block.encoded().remaining();
    BlockLayout.position(block.encoded()).ifPresent(at -> positions.put(at.source(), at));
  }

  /** Drops everything: the next block will be {@code sequence}. */
  List<StoredBlock> restartAt(long sequence) {
    List<StoredBlock> dropped = List.copyOf(blocks.values());
    blocks.clear();
    from = sequence;
    memoryFrom = sequence;
    until = sequence;
    return dropped;
  }

  /** Drops the blocks below {@code sequence} and returns those that were in memory. */
  List<StoredBlock> release(long sequence) {
    List<StoredBlock> released = new ArrayList<>();
    for (; from < Math.min(sequence, until); from++) {
      LoggedPlace place = logged.remove(from);
      if (from < memoryFrom) {
        spilledBytes -= place.location().length();
      } else {
        released.add(blocks.remove(from));
      }
    }
    memoryFrom = Math.max(memoryFrom, from);
    return released;
  }

  /** Whether nobody misses the stream once the executor of its receiver is gone. */
  boolean isForgettable() {
    return !primary && blocks.isEmpty();
  }

  HeldRange range(long streamId) {
    return new HeldRange(
        streamId, from, until, primary, untilRecords, byteCount, List.copyOf(positions.values()));
  }
}
