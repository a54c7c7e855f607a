package org.millrace.runner.memory;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The accountant of an executor. Thread-safe.
 *
 * <p>A use may always take its guaranteed part, and beyond that whatever is free and not guaranteed
 * to another use, up to its maximum. Waiting actions of all uses stand in one line. Loans are of
 * what is free, guaranteed or not.
 */
public final class BudgetAccountant implements MemoryAccountant {

  /** What the JVM needs beside the budget: classes of user code, network buffers, task objects. */
  private static final long RESERVE_BYTES = 48L << 20;

  private static final double FRACTION_OF_HEAP = 0.6;
  private static final long LEAST_LIMIT_BYTES = 16L << 20;

  /** Of the limit: so much is in use or lent when the last loan is given. */
  private static final double LENT_UNTIL = 0.9;

  private final long limitBytes;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Use, Account> accounts = new EnumMap<>(Use.class);

  @GuardedBy("lock")
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();

  @GuardedBy("lock")
  private long waitersEver;

  @GuardedBy("lock")
  private long usedBytes;

  @GuardedBy("lock")
  private long lentBytes;

  @GuardedBy("lock")
  private LongConsumer borrower = wantedBytes -> {};

  public BudgetAccountant(long limitBytes, MemoryShares shares) {
    if (limitBytes < 1) {
      throw new IllegalArgumentException(
          "memory limit is " + limitBytes + " bytes, expected 1 or more");
    }
    this.limitBytes = limitBytes;
    for (Use use : Use.values()) {
      MemoryShares.Share share = shares.byUse().get(use);
      accounts.put(
          use,
          new Account(
              use,
              (long) (limitBytes * share.guaranteed()),
              (long) (limitBytes * share.maximum())));
    }
  }

  /**
   * The limit for a JVM of this maximal heap: three fifths of what is left after a fixed reserve,
   * so that the garbage collector has room to move.
   */
  public static long limitForHeap(long maxHeapBytes) {
    return Math.max(LEAST_LIMIT_BYTES, (long) ((maxHeapBytes - RESERVE_BYTES) * FRACTION_OF_HEAP));
  }

  @Override
  public boolean tryReserve(Use use, long bytes) {
    requireNotNegative(bytes);
    lock.lock();
    try {
      Account account = account(use);
      if (bytes > headroom(account)) {
        account.releasedSinceRefusal = false;
        return false;
      }
      account.usedBytes += bytes;
      usedBytes += bytes;
    } finally {
      lock.unlock();
    }
    callIn();
    return true;
  }

  @Override
  public void overdraw(Use use, long bytes) {
    requireNotNegative(bytes);
    lock.lock();
    try {
      account(use).usedBytes += bytes;
      usedBytes += bytes;
    } finally {
      lock.unlock();
    }
    callIn();
  }

  /** Wants back of what is lent what the limit has not any more. */
  private void callIn() {
    long wantedBytes;
    LongConsumer told;
    lock.lock();
    try {
      wantedBytes = Math.min(lentBytes, usedBytes + lentBytes - limitBytes);
      told = borrower;
    } finally {
      lock.unlock();
    }
    if (wantedBytes > 0) {
      told.accept(wantedBytes);
    }
  }

  @Override
  public boolean tryBorrow(long bytes) {
    requireNotNegative(bytes);
    lock.lock();
    try {
      if (usedBytes + lentBytes + bytes > (long) (limitBytes * LENT_UNTIL)) {
        return false;
      }
      lentBytes += bytes;
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void giveBack(long bytes) {
    requireNotNegative(bytes);
    lock.lock();
    try {
      if (bytes > lentBytes) {
        throw new MillraceException(
            ErrorCode.INTERNAL,
            "%d bytes are given back but only %d are lent: something was given back twice"
                .formatted(bytes, lentBytes));
      }
      lentBytes -= bytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onWantedBack(LongConsumer newBorrower) {
    Objects.requireNonNull(newBorrower, "newBorrower");
    lock.lock();
    try {
      borrower = newBorrower;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void release(Use use, long bytes) {
    requireNotNegative(bytes);
    long registeredBefore;
    lock.lock();
    try {
      Account account = account(use);
      if (bytes > account.usedBytes) {
        throw new MillraceException(
            ErrorCode.INTERNAL,
            "release of %d bytes of %s but only %d are reserved: something was released twice"
                .formatted(bytes, use, account.usedBytes));
      }
      account.usedBytes -= bytes;
      usedBytes -= bytes;
      for (Account each : accounts.values()) {
        each.releasedSinceRefusal = true;
      }
      registeredBefore = waitersEver;
    } finally {
      lock.unlock();
    }
    wake(registeredBefore);
  }

  @Override
  public void onAvailable(Use use, Runnable action) {
    Objects.requireNonNull(action, "action");
    lock.lock();
    try {
      Account account = account(use);
      if (!account.releasedSinceRefusal || headroom(account) <= 0) {
        waiters.add(new Waiter(use, waitersEver++, action));
        return;
      }
    } finally {
      lock.unlock();
    }
    action.run();
  }

  @Override
  public long usedBytes() {
    lock.lock();
    try {
      return usedBytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long usedBytes(Use use) {
    lock.lock();
    try {
      return account(use).usedBytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long limitBytes() {
    return limitBytes;
  }

  @Override
  public long maximumBytes(Use use) {
    lock.lock();
    try {
      return account(use).maximumBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Runs the waiting actions registered before the release, first come first served. */
  private void wake(long registeredBefore) {
    for (Waiter next = nextAble(registeredBefore);
        next != null;
        next = nextAble(registeredBefore)) {
      next.action().run();
    }
  }

  private Waiter nextAble(long registeredBefore) {
    lock.lock();
    try {
      for (var iterator = waiters.iterator(); iterator.hasNext(); ) {
        Waiter waiter = iterator.next();
        if (waiter.number() >= registeredBefore) {
          return null;
        }
        if (headroom(account(waiter.use())) > 0) {
          iterator.remove();
          return waiter;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private long headroom(Account account) {
    long promisedToOthers = 0;
    for (Account other : accounts.values()) {
      if (other.use != account.use) {
        promisedToOthers += Math.max(0, other.guaranteedBytes - other.usedBytes);
      }
    }
    long guaranteed = account.guaranteedBytes - account.usedBytes;
    long shared = limitBytes - usedBytes - promisedToOthers;
    return Math.min(account.maximumBytes - account.usedBytes, Math.max(guaranteed, shared));
  }

  @GuardedBy("lock")
  private Account account(Use use) {
    return accounts.get(Objects.requireNonNull(use, "use"));
  }

  private static void requireNotNegative(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes is " + bytes + ", expected 0 or more");
    }
  }

  private record Waiter(Use use, long number, Runnable action) {}

  private static final class Account {
    private final Use use;
    private final long guaranteedBytes;
    private final long maximumBytes;
    private long usedBytes;
    private boolean releasedSinceRefusal = true;

    Account(Use use, long guaranteedBytes, long maximumBytes) {
      this.use = use;
      this.guaranteedBytes = guaranteedBytes;
      this.maximumBytes = maximumBytes;
    }
  }
}
