package org.millrace.runner.wire.adapter;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.Transport;

/**
 * Addresses inside of one process. Thread-safe. Everybody who holds this object may connect, so
 * there is nothing to authenticate.
 */
public final class InProcessNetwork {

  private final ConcurrentMap<Address, Listener> listeners = new ConcurrentHashMap<>();
  private final AtomicInteger lastPort = new AtomicInteger();

  /** A transport for one component that would be a process of its own in a cluster. */
  public Transport newTransport() {
    return new InProcessTransport(this);
  }

  Address listen(Address wanted, Listener listener) {
    Address address = wanted;
    while (true) {
      if (wanted.port() == 0) {
        address = new Address(wanted.host(), lastPort.incrementAndGet());
      }
      if (listeners.putIfAbsent(address, listener) == null) {
        return address;
      }
      if (wanted.port() != 0) {
        throw new MillraceException(
            ErrorCode.CONNECTION_FAILED,
            "Cannot listen on %s in this process: the address is taken; use port 0 for a free one"
                .formatted(wanted));
      }
    }
  }

  Optional<Listener> listener(Address address) {
    return Optional.ofNullable(listeners.get(address));
  }

  void remove(Listener listener) {
    listeners.values().removeIf(listener::equals);
  }

  /** Who listens, and what gets its frames. */
  record Listener(InProcessTransport transport, FrameHandler handler) {
    /** Two listeners are equal only when they are the same one. */
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
