package org.millrace.runner.executor;

/**
 * The intervals and leases of an executor, in milliseconds. Immutable.
 *
 * @param heartbeatIntervalMs between two heartbeats when nothing moves
 * @param marksIntervalMs the least time between two heartbeats sent because a mark moved
 * @param taskLeaseMs silence of the driver after which no task is started
 * @param lifeLeaseMs absence of the driver after which an executor ends although there is a
 *     checkpoint directory; longer than the cluster manager takes to start another driver
 * @param registrationDeadlineMs how long the driver may take to be reached and to answer
 * @param connectBackOffMs pause after the first failed attempt to connect; doubles up to a second
 */
public record ExecutorTiming(
    long heartbeatIntervalMs,
    long marksIntervalMs,
    long taskLeaseMs,
    long lifeLeaseMs,
    long registrationDeadlineMs,
    long connectBackOffMs) {

  public static final ExecutorTiming DEFAULT =
      new ExecutorTiming(100, 5, 3_000, 900_000, 30_000, 50);

  public ExecutorTiming {
    requirePositive("heartbeatIntervalMs", heartbeatIntervalMs);
    requirePositive("marksIntervalMs", marksIntervalMs);
    requirePositive("taskLeaseMs", taskLeaseMs);
    requirePositive("lifeLeaseMs", lifeLeaseMs);
    requirePositive("registrationDeadlineMs", registrationDeadlineMs);
    requirePositive("connectBackOffMs", connectBackOffMs);
  }

  private static void requirePositive(String name, long valueMs) {
    if (valueMs < 1) {
      throw new IllegalArgumentException(name + " is " + valueMs + " ms, expected 1 or more");
    }
  }

  /** The same with an interval and a lease that the driver has resolved. */
  ExecutorTiming with(long resolvedHeartbeatIntervalMs, long resolvedTaskLeaseMs) {
    return new ExecutorTiming(
        resolvedHeartbeatIntervalMs,
        marksIntervalMs,
        resolvedTaskLeaseMs,
        lifeLeaseMs,
        registrationDeadlineMs,
        connectBackOffMs);
  }
}
