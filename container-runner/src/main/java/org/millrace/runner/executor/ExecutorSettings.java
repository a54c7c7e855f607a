package org.millrace.runner.executor;

import java.util.Objects;
import org.millrace.runner.wire.Address;

/**
 * What an executor knows when it starts; everything else comes from the driver with {@code
 * ExecutorRegistered}. Immutable.
 *
 * @param container what is told to the driver about this process
 * @param listen where to accept other executors; port 0 takes a free one
 * @param driver where the driver that started this executor listens
 * @param epoch the attempt of that driver
 * @param timing intervals and leases
 */
public record ExecutorSettings(
    ContainerDescription container,
    Address listen,
    Address driver,
    long epoch,
    ExecutorTiming timing) {
  public ExecutorSettings {
    Objects.requireNonNull(container, "container");
    Objects.requireNonNull(listen, "listen");
    Objects.requireNonNull(driver, "driver");
    Objects.requireNonNull(timing, "timing");
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch is " + epoch + ", expected 1 or more");
    }
  }
}
