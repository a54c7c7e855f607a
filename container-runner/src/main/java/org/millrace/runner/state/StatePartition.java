package org.millrace.runner.state;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateVersion;

/**
 * One partition of a state: its table, its version, and how to get back from versions that are not
 * committed.
 *
 * <p>Slots take it in turn: one attempt that changes it, or any number that read its version. What
 * is not guarded belongs to the attempt that changes it, and is not changed while others read.
 *
 * <pre>
 *   FREE --hold: at the wanted version--> READ by n --last release--> FREE
 *   FREE --hold: at another version--> CHANGED --complete--> READ by 1
 *                                      CHANGED --release: failed, cancelled--> FREE, with changes to undo
 * </pre>
 *
 * Whoever holds it next to change it undoes, in slices, what a failed attempt left.
 */
final class StatePartition {
  /** The version of a partition that has no state. */
  static final long NONE = -1;

  /** What {@link #hold} found. */
  enum Held {
    /** Somebody else has it: wait. */
    WAIT,
    /** At the wanted version. */
    READ,
    /** To be changed. */
    CHANGE,
    /** The wanted version cannot be reached from here. */
    LOST
  }

  /** A version that can be undone. */
  private record Version(
      long versionMs, long previousMs, ChangeLog log, List<Object> resultsBefore) {}

  private final MemoryAccountant memory;

  /** Null with version NONE. */
  StateTable table;

  /** Of a window operation; null with any other. */
  Window window;

  /** What the version gave, for MAP_WITH_STATE; null with any other operation. */
  List<Object> results;

  final StateSize size = new StateSize();

  private int lastSerial;
  private ChangeLog failed;
  private ChangeLog current;
  private long currentPreviousMs;

  // synchronized: slots and the control loop meet here, for a few instructions.
  @GuardedBy("this")
  private final ArrayDeque<Version> uncommitted = new ArrayDeque<>();

  @GuardedBy("this")
  private final List<Runnable> waiters = new ArrayList<>();

  @GuardedBy("this")
  private long versionMs = NONE;

  @GuardedBy("this")
  private long reservedBytes;

  @GuardedBy("this")
  private int readers;

  @GuardedBy("this")
  private boolean isChanged;

  @GuardedBy("this")
  private boolean isReleased;

  StatePartition(MemoryAccountant memory) {
    this.memory = memory;
  }

  /**
   * Takes it for an attempt, which calls {@link #release} when it got READ or CHANGE.
   *
   * @param canApply false: the attempt can only read
   * @param wake runs, on any thread, when it is worth to ask again after WAIT
   */
  synchronized Held hold(StateInput input, boolean canApply, Runnable wake) {
    if (isReleased) {
      return Held.LOST;
    }
    if (isChanged) {
      waiters.add(wake);
      return Held.WAIT;
    }
    boolean isThere = versionMs != NONE && versionMs == input.getVersionMs();
    if (isThere && failed == null) {
      forgetUntil(input.getCommittedMs());
      readers++;
      return Held.READ;
    }
    if (!isThere && !(canApply && reaches(input.getPreviousMs()))) {
      return Held.LOST;
    }
    if (readers > 0) {
      waiters.add(wake);
      return Held.WAIT;
    }
    forgetUntil(input.getCommittedMs());
    isChanged = true;
    return Held.CHANGE;
  }

  @GuardedBy("this")
  private boolean reaches(long previousMs) {
    if (previousMs == NONE || previousMs == versionMs) {
      return true;
    }
    return uncommitted.stream().anyMatch(version -> version.previousMs() == previousMs);
  }

  @GuardedBy("this")
  private void forgetUntil(long committedMs) {
    while (!uncommitted.isEmpty() && uncommitted.peekFirst().versionMs() <= committedMs) {
      size.logged -= uncommitted.removeFirst().log().weight();
    }
  }

  /** The version that is there now; NONE while there is no state. */
  synchronized long versionMs() {
    return versionMs;
  }

  /**
   * Undoes some changes that are after a version; what is left of them must be undone before
   * anything else. Only for who holds it to change it.
   *
   * @return whether it is at that version
   */
  boolean undoTo(long wantedMs, int limit) {
    if (failed == null) {
      synchronized (this) {
        if (versionMs == wantedMs) {
          return true;
        }
        Version last = uncommitted.removeLast();
        size.logged -= last.log().weight();
        failed = last.log();
        versionMs = last.previousMs();
        results = last.resultsBefore();
      }
    }
    if (failed.undo(limit)) {
      failed = null;
    }
    return false;
  }

  /** Replaces whatever there is by an empty state. Only for who holds it to change it. */
  void begin(StateTable empty, Window noPanes) {
    drop();
    table = empty;
    window = noPanes;
    currentPreviousMs = NONE;
    current = ChangeLog.ofFirst(nextSerial(), table);
  }

  /** The log of changes from the version that is there. Only for who holds it to change it. */
  void beginFrom(long previousMs) {
    currentPreviousMs = previousMs;
    current = ChangeLog.of(nextSerial(), table);
  }

  ChangeLog changes() {
    return current;
  }

  private int nextSerial() {
    lastSerial = lastSerial == Integer.MAX_VALUE ? 1 : lastSerial + 1;
    return lastSerial;
  }

  /** The changes make this version: from now on the attempt that made them reads it. */
  void complete(long newVersionMs, List<Object> newResults) {
    List<Runnable> woken;
    synchronized (this) {
      if (currentPreviousMs != NONE) {
        uncommitted.addLast(new Version(newVersionMs, currentPreviousMs, current, results));
        size.logged += current.weight();
      }
      versionMs = newVersionMs;
      results = newResults;
      current = null;
      isChanged = false;
      readers = 1;
      woken = takeWaiters();
    }
    woken.forEach(Runnable::run);
  }

  /** Stays where it is after {@link #undoTo} was all that was to be done. */
  void completeUndone() {
    List<Runnable> woken;
    synchronized (this) {
      isChanged = false;
      readers = 1;
      woken = takeWaiters();
    }
    woken.forEach(Runnable::run);
  }

  /** Ends what {@link #hold} began. Changes that are not complete will be undone. */
  void release() {
    List<Runnable> woken;
    long freed;
    synchronized (this) {
      if (isChanged) {
        isChanged = false;
        giveUpChanges();
      } else {
        readers--;
      }
      if (isReleased && readers == 0) {
        drop();
      }
      freed = measure();
      woken = takeWaiters();
    }
    memory.release(Use.STATE, freed);
    woken.forEach(Runnable::run);
  }

  @GuardedBy("this")
  private void giveUpChanges() {
    if (current != null) {
      if (currentPreviousMs == NONE) {
        drop();
      } else {
        failed = current;
      }
      current = null;
    }
  }

  @GuardedBy("this")
  private List<Runnable> takeWaiters() {
    List<Runnable> woken = List.copyOf(waiters);
    waiters.clear();
    return woken;
  }

  /** The store forgets it; its memory is free when nobody holds it any more. */
  void forget() {
    long freed = 0;
    synchronized (this) {
      isReleased = true;
      if (!isChanged && readers == 0) {
        drop();
        freed = measure();
      }
    }
    memory.release(Use.STATE, freed);
  }

  private synchronized void drop() {
    table = null;
    window = null;
    results = null;
    failed = null;
    uncommitted.clear();
    versionMs = NONE;
    size.clear();
  }

  /** Tells the accountant what is held now. Only for who holds it. */
  void account() {
    long freed;
    synchronized (this) {
      freed = measure();
    }
    memory.release(Use.STATE, freed);
  }

  /**
   * Takes what is held more than at the last time.
   *
   * @return what is held less, to be released when the lock is: that wakes others
   */
  @GuardedBy("this")
  private long measure() {
    long bytes = 0;
    if (table != null) {
      int changes = current != null ? current.weight() : failed != null ? failed.weight() : 0;
      long others = results != null ? results.size() : window != null ? window.valueCount() : 0;
      bytes = size.bytes(table.size(), changes, others);
    }
    long more = bytes - reservedBytes;
    reservedBytes = bytes;
    memory.overdraw(Use.STATE, Math.max(0, more));
    return Math.max(0, -more);
  }

  /** What is there, for who holds it to read. */
  synchronized StateVersion version(StateInput input) {
    return StateVersion.newBuilder()
        .setStateId(input.getStateId())
        .setPartition(input.getPartition())
        .setVersionMs(versionMs)
        .setKeyCount(table.size())
        .setMemoryBytes(reservedBytes)
        .build();
  }
}
