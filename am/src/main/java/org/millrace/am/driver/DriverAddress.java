package org.millrace.am.driver;

import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.DriverDirectory;
import org.millrace.runner.wire.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the executors of attempts before where the driver of this one is, and tries until it is
 * told. Owned by the driver loop.
 */
public final class DriverAddress {
  private static final Logger LOG = LoggerFactory.getLogger(DriverAddress.class);
  private static final long RETRY_MS = 500;

  private final DriverDirectory directory;
  private final Loop loop;
  private final int attempt;

  /**
   * @param attempt of this driver
   */
  public DriverAddress(DriverDirectory directory, Loop loop, int attempt) {
    this.directory = Objects.requireNonNull(directory, "directory");
    this.loop = Objects.requireNonNull(loop, "loop");
    this.attempt = attempt;
  }

  /** The driver listens there. Executors of the first attempt are told by their launch. */
  public void publish(Address address) {
    if (attempt > 1) {
      Answers.post(
          directory.publish(attempt, address),
          loop,
          (none, failure) -> onPublished(address, failure));
    }
  }

  private void onPublished(Address address, Throwable failure) {
    if (failure == null) {
      LOG.info("executors of attempts before find this driver at {}", address);
    } else if (failure instanceof MillraceException known
        && known.code() == ErrorCode.FILE_EXISTS) {
      // A second engine of this process: the first one has taken over, or given up, whoever was
      // there.
      LOG.info("attempt {} has an address already", attempt);
    } else {
      LOG.warn("the address of the driver is not written yet: {}", failure.toString());
      loop.schedule(RETRY_MS, () -> publish(address));
    }
  }
}
