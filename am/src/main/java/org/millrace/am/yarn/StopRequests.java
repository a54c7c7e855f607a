package org.millrace.am.yarn;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.millrace.api.spi.StopMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the termination signals that YARN delivers into stops of the engine. Thread-safe: signals
 * come on a thread of the virtual machine, the engine on the program's.
 *
 * <p>The first signal asks to drain: what was received is processed before the end. A second one
 * asks for the end now. A signal that comes before streaming has started is kept for the start.
 */
final class StopRequests {
  private static final Logger LOG = LoggerFactory.getLogger(StopRequests.class);

  private final Executor stopThread;

  @GuardedBy("this")
  private int signals;

  @GuardedBy("this")
  private Consumer<StopMode> target;

  /**
   * Makes stops that run on an executor's threads; a stop may take as long as draining takes, and a
   * second one must not wait for the first.
   */
  StopRequests(Executor stopThread) {
    this.stopThread = Objects.requireNonNull(stopThread, "stopThread");
  }

  /** A termination signal came. */
  synchronized void onSignal() {
    signals++;
    LOG.info("Asked to stop ({} so far)", signals);
    if (target != null) {
      run(target, mode(signals));
    }
  }

  /** Stops go here from now on, one that came before at once. */
  synchronized void deliverTo(Consumer<StopMode> newTarget) {
    target = newTarget;
    if (signals > 0) {
      run(newTarget, mode(signals));
    }
  }

  /** Whether a stop was asked for. */
  synchronized boolean isRequested() {
    return signals > 0;
  }

  private static StopMode mode(int signals) {
    return signals == 1 ? StopMode.GRACEFUL : StopMode.NOW;
  }

  private void run(Consumer<StopMode> stop, StopMode mode) {
    stopThread.execute(
        () -> {
          LOG.info("Stopping: {}", mode);
          try {
            stop.accept(mode);
          } catch (RuntimeException e) {
            // The same failure ends awaitTermination, which reports it.
            LOG.error("The stop failed", e);
          }
        });
  }
}
