package org.millrace.runner.wire.adapter;

/**
 * Bounds of a Netty transport. Immutable.
 *
 * @param threads event loops, shared by all connections
 * @param handshakeDeadlineMs silence after which an unauthenticated peer is closed
 * @param connectDeadlineMs how long a connect may take before the handshake
 * @param closeDeadlineMs how long an orderly close waits for the peer to read
 * @param highWaterBytes queued bytes above which a connection is not writable
 * @param lowWaterBytes queued bytes below which it is writable again
 * @param maxHandshakes peers that may be unauthenticated at one time; further ones are closed
 */
public record NettySettings(
    int threads,
    int handshakeDeadlineMs,
    int connectDeadlineMs,
    int closeDeadlineMs,
    int highWaterBytes,
    int lowWaterBytes,
    int maxHandshakes) {

  public static final NettySettings DEFAULT =
      new NettySettings(2, 15_000, 5_000, 5_000, 4 << 20, 1 << 20, 1_024);

  public NettySettings {
    requirePositive("threads", threads);
    requirePositive("handshakeDeadlineMs", handshakeDeadlineMs);
    requirePositive("connectDeadlineMs", connectDeadlineMs);
    requirePositive("closeDeadlineMs", closeDeadlineMs);
    requirePositive("lowWaterBytes", lowWaterBytes);
    requirePositive("maxHandshakes", maxHandshakes);
    if (highWaterBytes <= lowWaterBytes) {
      throw new IllegalArgumentException(
          "highWaterBytes is "
              + highWaterBytes
              + ", expected more than lowWaterBytes, "
              + lowWaterBytes);
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", expected 1 or more");
    }
  }
}
