package org.millrace.runner.wire.adapter;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.Transport;

/** Hands frames over as objects. Thread-safe. */
final class InProcessTransport implements Transport {

  private final InProcessNetwork network;
  private final Set<InProcessConnection> connections = ConcurrentHashMap.newKeySet();
  private final Set<InProcessNetwork.Listener> listeners = ConcurrentHashMap.newKeySet();

  /** Volatile: set once by whoever closes, read by every caller. */
  private volatile boolean closed;

  InProcessTransport(InProcessNetwork network) {
    this.network = network;
  }

  @Override
  public Address listen(Address listenAddress, FrameHandler handler) {
    requireOpen();
    InProcessNetwork.Listener listener =
        new InProcessNetwork.Listener(this, Objects.requireNonNull(handler, "handler"));
    listeners.add(listener);
    return network.listen(listenAddress, listener);
  }

  @Override
  public CompletableFuture<Connection> connect(Address address, String self, FrameHandler handler) {
    Objects.requireNonNull(handler, "handler");
    requireOpen();
    Optional<InProcessNetwork.Listener> listener = network.listener(address);
    if (listener.isEmpty()) {
      return CompletableFuture.failedFuture(
          new MillraceException(
              ErrorCode.CONNECTION_FAILED,
              "Nobody listens on %s in this process".formatted(address)));
    }
    InProcessConnection near = new InProcessConnection(address.toString(), handler, this::remove);
    InProcessTransport other = listener.get().transport();
    InProcessConnection far =
        new InProcessConnection(self, listener.get().handler(), other::remove);
    InProcessConnection.link(near, far);
    add(near);
    other.add(far);
    return CompletableFuture.completedFuture(near);
  }

  /** None: only this process can reach the network. */
  @Override
  public long refusedConnections() {
    return 0;
  }

  @Override
  public void close() {
    closed = true;
    listeners.forEach(network::remove);
    listeners.clear();
    connections.forEach(InProcessConnection::close);
  }

  private void add(InProcessConnection connection) {
    connections.add(connection);
    if (closed) {
      connection.close();
    }
  }

  private void remove(InProcessConnection connection) {
    connections.remove(connection);
  }

  private void requireOpen() {
    if (closed) {
      throw new MillraceException(
          ErrorCode.CONNECTION_FAILED, "This process' transport is closed already");
    }
  }
}
