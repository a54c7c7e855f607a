package org.millrace.runner.executor;

import java.util.Map;
import org.millrace.runner.conf.Key;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

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

  public static final ExecutorTiming DEFAULT = byDefault(Settings.resolve(Map.of()));

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

  /** As the keys say. */
  private static ExecutorTiming byDefault(Settings defaults) {
    return new ExecutorTiming(
        defaults.get(Keys.EXECUTOR_HEARTBEAT_INTERVAL),
        5,
        defaults.get(Keys.EXECUTOR_TASK_LEASE),
        defaults.get(Keys.EXECUTOR_LIFE_LEASE),
        30_000,
        50);
  }

  /** The same with what the driver has resolved. */
  ExecutorTiming with(Settings resolved) {
    return new ExecutorTiming(
        given(resolved, Keys.EXECUTOR_HEARTBEAT_INTERVAL, heartbeatIntervalMs),
        marksIntervalMs,
        given(resolved, Keys.EXECUTOR_TASK_LEASE, taskLeaseMs),
        given(resolved, Keys.EXECUTOR_LIFE_LEASE, lifeLeaseMs),
        registrationDeadlineMs,
        connectBackOffMs);
  }

  private static long given(Settings resolved, Key<Long> key, long otherwise) {
    return resolved.isGiven(key) ? resolved.get(key) : otherwise;
  }
}
