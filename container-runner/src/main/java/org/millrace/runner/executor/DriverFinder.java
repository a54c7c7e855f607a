package org.millrace.runner.executor;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.millrace.runner.wire.Address;

/** Port: where the drivers of an application say how they are reached. Thread-safe. */
@FunctionalInterface
public interface DriverFinder {

  /** There is only ever one driver. */
  DriverFinder NONE = attempt -> CompletableFuture.completedFuture(Optional.empty());

  /**
   * A driver that listens, or did.
   *
   * @param attempt of the driver in its application, from 1
   */
  record FoundDriver(long attempt, Address address) {
    public FoundDriver {
      Objects.requireNonNull(address, "address");
    }
  }

  /**
   * The driver of the highest attempt that is higher than this one. The future may complete on any
   * thread, exceptionally when nobody can look now.
   */
  CompletableFuture<Optional<FoundDriver>> newestAfter(long attempt);
}
