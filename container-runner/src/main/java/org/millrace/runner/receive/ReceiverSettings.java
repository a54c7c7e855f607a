package org.millrace.runner.receive;

/**
 * How receivers run on an executor. Immutable.
 *
 * @param maxBlockBytes where a block is cut before its interval is over
 * @param restartDelayMs pause before a receiver that failed is started again; doubles while it
 *     fails before it stored anything
 * @param maxRestartDelayMs the longest such pause
 * @param replicationWindowBytes bytes on their way to the peer that are not acknowledged yet
 * @param resendTimeoutMs silence of the peer after which blocks are sent again
 * @param peerPatienceMs how long a peer may take no block before another one is chosen
 * @param drainTimeoutMs how long a receiver that stops may take to store and copy what it received
 */
public record ReceiverSettings(
    int maxBlockBytes,
    long restartDelayMs,
    long maxRestartDelayMs,
    long replicationWindowBytes,
    long resendTimeoutMs,
    long peerPatienceMs,
    long drainTimeoutMs) {

  public static final ReceiverSettings DEFAULT =
      new ReceiverSettings(4 << 20, 2_000, 60_000, 16L << 20, 2_000, 10_000, 30_000);

  public ReceiverSettings {
    requireAtLeast("maxBlockBytes", maxBlockBytes, BlockSizes.MINIMUM_BYTES);
    requireAtLeast("restartDelayMs", restartDelayMs, 0);
    requireAtLeast("maxRestartDelayMs", maxRestartDelayMs, restartDelayMs);
    requireAtLeast("replicationWindowBytes", replicationWindowBytes, 1);
    requireAtLeast("resendTimeoutMs", resendTimeoutMs, 1);
    requireAtLeast("peerPatienceMs", peerPatienceMs, resendTimeoutMs);
    requireAtLeast("drainTimeoutMs", drainTimeoutMs, 1);
  }

  private static void requireAtLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s is %d, expected at least %d".formatted(name, value, least));
    }
  }
}
