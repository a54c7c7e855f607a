package org.millrace.am.receive;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.runner.wire.proto.StreamMark;

/**
 * One receiver in one executor incarnation: who holds which of its blocks, and how far batches took
 * them. Owned by the driver loop.
 *
 * <pre>
 *   0 ...... released ...... cut ...... until (primary's mark)
 * </pre>
 *
 * Live streams grow at the primary's mark. When the primary is lost the stream is closing until
 * each other executor has answered a ping; then it ends at the highest mark of a holder.
 */
final class Stream {
  final long id;
  final int inputId;
  final int primary;

  private final Map<Integer, StreamMark> marks = new TreeMap<>();
  private long cut;
  private long released;
  private long endedAt = -1;

  /** Newest figures of the primary. */
  private long records;

  private long bytes;
  private boolean throttled;

  /** Records that the primary's newest mark promised. */
  private long promisedRecords;

  /** Records in blocks {@code [0, until)} by the marks of all holders since the last cut. */
  private final TreeMap<Long, Long> recordsBelow = new TreeMap<>();

  Stream(long id, int inputId, int primary) {
    this.id = id;
    this.inputId = inputId;
    this.primary = primary;
    recordsBelow.put(0L, 0L);
  }

  static long id(int receiverId, int executorId) {
    return ((long) receiverId << 32) | executorId;
  }

  static int receiverOf(long streamId) {
    return (int) (streamId >>> 32);
  }

  static int executorOf(long streamId) {
    return (int) streamId;
  }

  /** Takes a mark; answers whether blocks came in that a batch can take. */
  boolean mark(int executorId, StreamMark mark) {
    StreamMark before = marks.put(executorId, mark);
    recordsBelow.put(mark.getUntil(), mark.getUntilRecords());
    if (executorId == primary) {
      promisedRecords = mark.getUntilRecords();
      records = mark.getRecordCount();
      bytes = mark.getByteCount();
      throttled = mark.getThrottled();
    }
    return executorId == primary && (before == null || mark.getUntil() > before.getUntil());
  }

  void executorLost(int executorId) {
    marks.remove(executorId);
  }

  /** First block that no batch took. */
  long cut() {
    return cut;
  }

  /** Blocks below this one can be taken by a batch. */
  long available() {
    if (endedAt >= 0) {
      return endedAt;
    }
    StreamMark mark = marks.get(primary);
    return mark == null ? cut : Math.max(cut, mark.getUntil());
  }

  void cutUntil(long until) {
    cut = until;
    Long newest = recordsBelow.floorKey(until);
    if (newest != null) {
      recordsBelow.headMap(newest, false).clear();
    }
  }

  /** Records that the primary's marks promised above a block; counted by whole marks. */
  long recordsAbove(long until) {
    return Math.max(0, promisedRecords - recordsUntil(until));
  }

  /** Records in blocks {@code [from, until)}, as far as marks tell. */
  long recordsUntil(long until) {
    Map.Entry<Long, Long> below = recordsBelow.floorEntry(until);
    return below == null ? 0 : below.getValue();
  }

  /** Holders of all blocks {@code [from, until)}, the primary first. */
  List<Integer> holders(long from, long until) {
    List<Integer> holders = new ArrayList<>();
    marks.forEach(
        (executorId, mark) -> {
          if (mark.getFrom() <= from && until <= mark.getUntil()) {
            holders.add(executorId == primary ? 0 : holders.size(), executorId);
          }
        });
    return holders;
  }

  /** Whether the primary holds blocks that a replica should hold too. */
  boolean holdsBlocks() {
    StreamMark mark = marks.get(primary);
    return mark != null && mark.getUntil() > released;
  }

  /** Executors other than the primary that hold blocks. */
  int replicaHolders() {
    return (int)
        marks.entrySet().stream()
            .filter(held -> held.getKey() != primary)
            .filter(held -> held.getValue().getUntil() > held.getValue().getFrom())
            .count();
  }

  /** The highest mark of a living holder; blocks above it are gone. */
  long highestHeld() {
    long highest = cut;
    for (StreamMark mark : marks.values()) {
      highest = Math.max(highest, mark.getUntil());
    }
    return highest;
  }

  void endAt(long until) {
    endedAt = Math.max(until, cut);
  }

  boolean isEnded() {
    return endedAt >= 0;
  }

  boolean isUsedUp() {
    return endedAt >= 0 && released >= endedAt;
  }

  boolean releaseUntil(long until) {
    if (until <= released) {
      return false;
    }
    released = until;
    return true;
  }

  long records() {
    return records;
  }

  long bytes() {
    return bytes;
  }

  boolean isThrottled() {
    return throttled && endedAt < 0;
  }
}
