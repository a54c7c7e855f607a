package org.millrace.runner.memory;

/**
 * One budget for the bytes that the executor holds on behalf of blocks, shuffle pages, state and
 * kept datasets. It counts, it does not allocate. Each use has a share that it may always take and
 * may grow into what the others leave. Thread-safe.
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
}
