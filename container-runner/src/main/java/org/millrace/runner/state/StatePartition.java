package org.millrace.runner.state;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateSpec;
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

  /** So many entries at least, and such a part of all, are captured between two tasks. */
  private static final int LEAST_WALK = 512;

  private static final int WALKS = 64;

  private static final int NOTE_BYTES = 16;

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

  /** How what is in the table is written; null with version NONE. */
  RowForm form;

  /** Of a window operation; null with any other. */
  Window window;

  /** What the version gave, for MAP_WITH_STATE; null with any other operation. */
  List<Object> results;

  final StateSize size = new StateSize();

  final ChangeNotes notes = new ChangeNotes();

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

  /** The capture that is under way; null when there is none. */
  @GuardedBy("this")
  private Capturing capturing;

  /** One that was given up while the partition was being changed. */
  @GuardedBy("this")
  private Capture abandoned;

  /** A capture that was asked for, from then to its end. */
  private static final class Capturing {
    private final StateCapture asked;
    private final boolean wantsDelta;
    private final long continuesMs;

    /** Null until nobody changes the partition. */
    private Capture capture;

    private boolean givenUp;
    private Runnable waiter;
    private MillraceException failure;

    private Capturing(StateCapture asked, boolean wantsDelta, long continuesMs) {
      this.asked = asked;
      this.wantsDelta = wantsDelta;
      this.continuesMs = continuesMs;
    }
  }

  /** Some rows of a capture; the window comes with the last ones. */
  record Captured(
      boolean isDelta,
      RowForm form,
      List<Capture.Row> rows,
      boolean isLast,
      WindowCapture window) {}

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
    boolean waits = capturing != null && capturing.capture == null && !capturing.givenUp;
    long forgottenMs = waits ? Math.min(committedMs, capturing.asked.versionMs()) : committedMs;
    while (!uncommitted.isEmpty() && uncommitted.peekFirst().versionMs() <= forgottenMs) {
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
  void begin(StateSpec spec) {
    drop();
    table = Operations.emptyTable(spec);
    window = Operations.emptyWindow(spec);
    form = Operations.form(spec);
    currentPreviousMs = NONE;
    current = ChangeLog.ofFirst(nextSerial(), table);
  }

  /** A snapshot's content is there; before anybody else knows the partition. */
  void restored(long restoredMs, RowForm restoredForm, StateTable restoredTable, Window panes) {
    synchronized (this) {
      versionMs = restoredMs;
      form = restoredForm;
      table = restoredTable;
      window = panes;
    }
    account();
  }

  /** The log of changes from the version that is there. Only for who holds it to change it. */
  void beginFrom(long previousMs) {
    currentPreviousMs = previousMs;
    current = ChangeLog.of(nextSerial(), table, window == null ? null : window.mark(), notes);
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
      notes.bound(table.size());
      onUnchanged();
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
      onUnchanged();
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
        onUnchanged();
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
    List<Runnable> woken = new ArrayList<>(waiters);
    waiters.clear();
    if (capturing != null && capturing.waiter != null && !isChanged) {
      woken.add(capturing.waiter);
      capturing.waiter = null;
    }
    return woken;
  }

  /**
   * Asks for a capture of a version, which begins as soon as nobody changes the partition. One that
   * is under way is given up.
   *
   * @param continuesMs the version of the last capture that was written, for a delta over it; NONE
   *     for everything
   */
  synchronized void beginCapture(StateCapture asked, long continuesMs) {
    if (capturing != null) {
      giveUp(capturing);
      capturing.failure = captureLost(capturing.asked, "another snapshot was asked for");
    }
    capturing = new Capturing(asked, continuesMs != NONE, continuesMs);
    if (!isChanged) {
      onUnchanged();
    }
  }

  /** Nobody changes the partition: what a capture waits for is done. */
  @GuardedBy("this")
  private void onUnchanged() {
    if (abandoned != null) {
      abandoned.giveUp();
      abandoned = null;
    }
    if (capturing == null || capturing.givenUp || capturing.failure != null) {
      return;
    }
    if (capturing.capture == null) {
      open(capturing);
    } else if (capturing.waiter != null) {
      // Tasks leave the writer no time of its own: some of its work is done between them.
      capturing.capture.walk(Math.max(LEAST_WALK, table.size() / WALKS));
    }
  }

  @GuardedBy("this")
  private void open(Capturing wanted) {
    long wantedMs = wanted.asked.versionMs();
    List<ChangeLog> newer = new ArrayList<>();
    long reachedMs = versionMs;
    if (failed != null) {
      newer.add(failed);
    }
    for (Iterator<Version> newest = uncommitted.descendingIterator();
        reachedMs > wantedMs && newest.hasNext(); ) {
      Version version = newest.next();
      newer.add(version.log());
      reachedMs = version.previousMs();
    }
    if (reachedMs != wantedMs || versionMs == NONE || isReleased) {
      wanted.failure =
          captureLost(
              wanted.asked,
              versionMs == NONE || isReleased
                  ? "it is not here"
                  : "it is at batch " + versionMs + " and goes back to " + reachedMs);
      return;
    }
    boolean wantsDelta = wanted.wantsDelta && wanted.continuesMs == notes.sinceMs();
    wanted.capture = new Capture(this, newer, wantedMs, wantsDelta);
  }

  private static MillraceException captureLost(StateCapture asked, String why) {
    return new MillraceException(
        ErrorCode.STATE_VERSION_LOST,
        "partition %d of state %d cannot be captured at batch %d: %s"
            .formatted(asked.partition(), asked.stateId(), asked.versionMs(), why));
  }

  /** Some rows of a capture; null when it must wait, and {@code wake} runs then. */
  Captured take(StateCapture asked, int limit, Runnable wake) {
    synchronized (this) {
      if (capturing == null || capturing.asked != asked) {
        throw captureLost(asked, "another snapshot was asked for");
      }
      if (capturing.failure != null) {
        throw capturing.failure;
      }
      if (isChanged) {
        capturing.waiter = wake;
        return null;
      }
      Capture capture = capturing.capture;
      if (capture.kept() < limit) {
        capture.walk(limit);
      }
      boolean isLast = capture.isComplete();
      return new Captured(
          capture.isDelta(), form, capture.take(), isLast, isLast ? capture.window : null);
    }
  }

  /** Ends a capture; does nothing when it has ended. */
  synchronized void endCapture(StateCapture asked, boolean isWritten) {
    if (capturing != null && capturing.asked == asked) {
      if (!isWritten) {
        giveUp(capturing);
      }
      capturing = null;
    }
  }

  @GuardedBy("this")
  private void giveUp(Capturing given) {
    if (given.capture != null && !given.givenUp) {
      given.givenUp = true;
      if (isChanged) {
        abandoned = given.capture;
      } else {
        given.capture.giveUp();
      }
    }
  }

  /**
   * The state must be kept as its operation keeps it.
   *
   * @throws MillraceException STATE_VERSION_LOST
   */
  void requireForm(StateInput input, RowForm wanted) {
    if (form != wanted) {
      throw new MillraceException(
          ErrorCode.STATE_VERSION_LOST,
          "partition %d of state %d was restored as %s, but its operation keeps %s; give the"
                  .formatted(input.getPartition(), input.getStateId(), form, wanted)
              + " operation that has changed another uid, so that its state begins anew");
    }
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
    form = null;
    results = null;
    failed = null;
    uncommitted.clear();
    versionMs = NONE;
    size.clear();
    notes.drop();
    notes.captured();
    if (capturing != null) {
      capturing.failure = captureLost(capturing.asked, "it is not here any more");
    }
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
      bytes = size.bytes(table.size(), changes, others) + (long) NOTE_BYTES * notes.size();
    }
    long more = bytes - reservedBytes;
    reservedBytes = bytes;
    memory.overdraw(Use.STATE, Math.max(0, more));
    return Math.max(0, -more);
  }

  /** What is there; null when there is nothing. */
  synchronized StateVersion version(int stateId, int partition) {
    return versionMs == NONE || isReleased
        ? null
        : StateVersion.newBuilder()
            .setStateId(stateId)
            .setPartition(partition)
            .setVersionMs(versionMs)
            .setMemoryBytes(reservedBytes)
            .build();
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
