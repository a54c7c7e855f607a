package org.millrace.runner.executor;

/**
 * The intervals and leases of an executor, in milliseconds. Immutable.
 *
 * @param heartbeatIntervalMs between two heartbeats when nothing moves
 * @param marksIntervalMs the least time between two heartbeats sent because a mark moved
 * @param taskLeaseMs silence of the driver after which no task is started
 * @param connectDeadlineMs how long the driver may be unreachable at the start
 * @param connectBackOffMs pause after the first failed attempt to connect; doubles up to a second
 */
public record ExecutorTiming(
    long heartbeatIntervalMs,
    long marksIntervalMs,
    long taskLeaseMs,
    long connectDeadlineMs,
    long connectBackOffMs) {

  public static final ExecutorTiming DEFAULT = new ExecutorTiming(100, 5, 3_000, 30_000, 50);

  public ExecutorTiming {
    requirePositive("heartbeatIntervalMs", heartbeatIntervalMs);
    requirePositive("marksIntervalMs", marksIntervalMs);
    requirePositive("taskLeaseMs", taskLeaseMs);
    requirePositive("connectDeadlineMs", connectDeadlineMs);
    requirePositive("connectBackOffMs", connectBackOffMs);
  }

  private static void requirePositive(String name, long valueMs) {
    if (valueMs < 1) {
      throw new IllegalArgumentException(name + " is " + valueMs + " ms, expected 1 or more");
    }
  }
}
