package org.millrace.runner.wire;

import java.util.concurrent.CompletableFuture;

/**
 * How frames travel. One transport serves a process: it listens once and connects to many. Both
 * sides prove that they know the application's credential before the first frame passes; who does
 * not is closed and counted.
 */
public interface Transport extends AutoCloseable {
  /**
   * Starts to accept connections on {@code listenAddress} (port 0: a free one) and returns the
   * address to publish.
   */
  Address listen(Address listenAddress, FrameHandler handler);

  /**
   * Connects and authenticates as {@code self}; fails with EXTERNAL errors when nobody is there.
   */
  CompletableFuture<Connection> connect(Address address, String self, FrameHandler handler);

  /**
   * Connections refused since the start because the peer could not authenticate or broke the
   * protocol.
   */
  long refusedConnections();

  @Override
  void close();
}
