package org.millrace.am.driver;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
  private final Address address;
  private final CompletableFuture<Void> published = new CompletableFuture<>();

  /**
   * @param attempt of this driver
   * @param address where it listens
   */
  public DriverAddress(DriverDirectory directory, Loop loop, int attempt, Address address) {
    this.directory = Objects.requireNonNull(directory, "directory");
    this.loop = Objects.requireNonNull(loop, "loop");
    this.attempt = attempt;
    this.address = Objects.requireNonNull(address, "address");
  }

  /**
   * Begins to tell; completes when whoever looks finds it. Executors of the first attempt are told
   * by their launch.
   */
  public CompletableFuture<Void> publish() {
    if (attempt > 1) {
      tell();
    } else {
      published.complete(null);
    }
    return published;
  }

  private void tell() {
    Answers.post(
        directory.publish(attempt, address), loop, (none, failure) -> onPublished(failure));
  }

  private void onPublished(Throwable failure) {
    if (failure == null) {
      published.complete(null);
      LOG.info("executors of attempts before find this driver at {}", address);
    } else if (failure instanceof MillraceException known
        && known.code() == ErrorCode.FILE_EXISTS) {
      // A second engine of this process: the first one has taken over, or given up, whoever was
      // there.
      LOG.info("attempt {} has an address already", attempt);
      published.complete(null);
    } else {
      LOG.warn("the address of the driver is not written yet: {}", failure.toString());
      loop.schedule(RETRY_MS, this::tell);
    }
  }
}
