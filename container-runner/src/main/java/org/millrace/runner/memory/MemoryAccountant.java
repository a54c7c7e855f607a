package org.millrace.runner.memory;

import java.util.function.LongConsumer;

/**
 * One budget for the bytes that the executor holds on behalf of blocks, shuffle pages, state and
 * kept datasets. It counts, it does not allocate. Each use has a share that it may always take and
 * may grow into what the others leave. What nobody uses is lent to who can do without it at any
 * moment. Thread-safe.
 */
public interface MemoryAccountant {
  /** What the memory is for. */
  enum Use {
    BLOCKS,
    SHUFFLE,
    STATE,
    DATASETS
  }

  /** Takes {@code bytes} if they fit; false: slow down (receivers) or spill (pages). */
  boolean tryReserve(Use use, long bytes);

  /**
   * Takes {@code bytes} whether they fit or not, for what must be held anyway; the overdraft is
   * paid by later refusals.
   */
  void overdraw(Use use, long bytes);

  void release(Use use, long bytes);

  /**
   * Runs {@code action} once, on the thread that releases, as soon as {@code use} may reserve
   * again; at once when something was released since its last refusal. Actions run in the order in
   * which they were registered, with no lock held; one that is refused again registers anew.
   */
  void onAvailable(Use use, Runnable action);

  long usedBytes();

  long usedBytes(Use use);

  long limitBytes();

  /** The most that {@code use} may ever hold; a single reservation beyond it can never succeed. */
  default long maximumBytes(Use use) {
    return limitBytes();
  }

  /**
   * Takes {@code bytes} of what nobody uses, on loan; false when that would leave less than a tenth
   * of the limit free. What is lent is as good as free to every use, and counts in no {@code
   * usedBytes}.
   */
  boolean tryBorrow(long bytes);

  /** Ends a loan, or a part of it. Wakes nobody: what was lent was free. */
  void giveBack(long bytes);

  /**
   * Whoever borrows is told here how many bytes a use has taken of what is lent, on the thread that
   * took them, which may hold locks of its own. So many have to be given back before it returns.
   */
  void onWantedBack(LongConsumer borrower);
}
