package org.millrace.am.receive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.wire.proto.StreamMark;

/**
 * One receiver in one executor incarnation: who holds which of its blocks, and how far batches took
 * them. Owned by the driver loop.
 *
 * <pre>
 *   0 ...... released ...... cut ...... until (primary's mark)
 * </pre>
 *
 * Live streams grow at the primary's mark. When the primary is lost the stream is closing: one that
 * is logged until its log is sealed, and then it ends where the log does; any other until each
 * executor that is left has answered a ping, and then it ends at the highest mark of a holder.
 */
final class Stream {
  final long id;
  final int inputId;
  final int primary;

  /** The block log that it is written to; empty for none. */
  final String log;

  private final Map<Integer, StreamMark> marks = new TreeMap<>();
  private long cut;
  private long released;
  private long endedAt = -1;

  /** Newest figures of the primary. */
  private long records;

  private long bytes;
  private boolean throttled;

  /** Newest of each source below the primary's mark, or below the end. */
  private List<SourcePosition> positions = List.of();

  /** Records that the primary's newest mark promised. */
  private long promisedRecords;

  /** Records in blocks {@code [0, until)} by the marks of all holders since the last cut. */
  private final TreeMap<Long, Long> recordsBelow = new TreeMap<>();

  Stream(long id, int inputId, int primary, String log) {
    this.id = id;
    this.inputId = inputId;
    this.primary = primary;
    this.log = log;
    recordsBelow.put(0L, 0L);
  }

  /** A stream of a driver before: its blocks below {@code newCut} are in batches. */
  void goOnAt(long newCut, long newReleased) {
    cut = newCut;
    released = newReleased;
    recordsBelow.clear();
    recordsBelow.put(newCut, 0L);
  }

  /** Records are counted from here on: how many there were before is not known. */
  void countFromNow() {
    recordsBelow.put(cut, recordsUntil(available()));
  }

  static long id(long epoch, long number) {
    return epoch << 32 | number;
  }

  /**
   * Takes a mark. What comes to a stream behind its end is in no batch, so its positions do not
   * count.
   *
   * @return whether it tells the positions of the end, which were not known
   */
  boolean mark(int executorId, StreamMark mark) {
    marks.put(executorId, mark);
    recordsBelow.put(mark.getUntil(), mark.getUntilRecords());
    if (executorId == primary) {
      promisedRecords = mark.getUntilRecords();
      records = mark.getRecordCount();
      bytes = mark.getByteCount();
      throttled = mark.getThrottled();
      List<SourcePosition> before = positions;
      if (!isEnded() || mark.getUntil() == endedAt) {
        positions = positions(mark);
      }
      return isEnded() && !positions.equals(before);
    }
    return false;
  }

  private static List<SourcePosition> positions(StreamMark mark) {
    if (mark.getPositionsCount() == 0) {
      return List.of();
    }
    return mark.getPositionsList().stream()
        .map(at -> SourcePosition.of(at.getSource(), at.getOffset().toByteArray()))
        .toList();
  }

  /** Where its sources are to be resumed behind what is safe. */
  List<SourcePosition> positions() {
    return positions;
  }

  boolean isLogged() {
    return !log.isEmpty();
  }

  void executorLost(int executorId) {
    marks.remove(executorId);
  }

  /** Whether the executor holds blocks that are not released. */
  boolean isHeldBy(int executorId) {
    StreamMark mark = marks.get(executorId);
    return mark != null && mark.getUntil() > Math.max(released, mark.getFrom());
  }

  /** First block that no batch took. */
  long cut() {
    return cut;
  }

  /** First block that a batch may still need. */
  long released() {
    return released;
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

  /** Records in blocks {@code [from, until)}, as far as marks tell. */
  long recordsUntil(long until) {
    Map.Entry<Long, Long> below = recordsBelow.floorEntry(until);
    return below == null ? 0 : below.getValue();
  }

  /** Executors that hold blocks, or held some. */
  Set<Integer> holders() {
    return marks.keySet();
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

  /** It ends where its living holders do. */
  void endAtHolders() {
    marks.values().stream()
        .max(Comparator.comparing(StreamMark::getUntil))
        .filter(highest -> highest.getUntil() >= cut)
        .ifPresent(highest -> positions = positions(highest));
    endAt(highestHeld());
  }

  /** It ends where its log does. */
  void endAtLog(SealedLog sealed) {
    endAt(sealed.end(id));
    long below = recordsUntil(cut);
    recordsBelow.put(endedAt, below + sealed.records(id, cut, endedAt));
    List<SourcePosition> logged = sealed.positions(id);
    positions = logged.isEmpty() ? positions : logged;
  }

  void endAt(long until) {
    endedAt = Math.max(until, cut);
  }

  long endedAt() {
    return endedAt;
  }

  /**
   * Records that were stored and are in no block that is left. What a source with positions has not
   * been answered for it sends again.
   */
  long lostRecords() {
    long taken = positions.isEmpty() ? Math.max(records, promisedRecords) : promisedRecords;
    return Math.max(0, taken - recordsUntil(endedAt));
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
