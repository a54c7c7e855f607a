package org.millrace.runner.wire.adapter;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many peers of a transport were refused, and how many have yet to prove who they are.
 * Thread-safe.
 */
final class PeerCounts {

  private final int maxHandshakes;
  private final AtomicInteger handshakes = new AtomicInteger();
  private final AtomicLong refused = new AtomicLong();

  PeerCounts(int maxHandshakes) {
    this.maxHandshakes = maxHandshakes;
  }

  /** False when too many peers are unauthenticated already; then it was not counted. */
  boolean beginHandshake() {
    if (handshakes.incrementAndGet() > maxHandshakes) {
      handshakes.decrementAndGet();
      return false;
    }
    return true;
  }

  void endHandshake() {
    handshakes.decrementAndGet();
  }

  /** How many have been refused, this one included. */
  long onRefused() {
    return refused.incrementAndGet();
  }

  long refused() {
    return refused.get();
  }
}
