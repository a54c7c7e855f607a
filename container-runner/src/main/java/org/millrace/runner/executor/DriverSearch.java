package org.millrace.runner.executor;

import java.util.Optional;
import java.util.function.Consumer;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.DriverFinder.FoundDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for a driver of a higher attempt, again after a pause, until one is found. All executors
 * look at once, and in HDFS: many of them pause longer. Owned by the control loop.
 */
final class DriverSearch {
  private static final Logger LOG = LoggerFactory.getLogger(DriverSearch.class);

  private final Loop loop;
  private final DriverFinder finder;
  private final Consumer<FoundDriver> onFound;
  private boolean searching;
  private long attempt;
  private long pauseMs;
  private Loop.Timer next;

  DriverSearch(Loop loop, DriverFinder finder, Consumer<FoundDriver> onFound) {
    this.loop = loop;
    this.finder = finder;
    this.onFound = onFound;
  }

  /** Begins at once; goes on when it has begun. */
  void start(long afterAttempt, long pauseMs) {
    this.pauseMs = pauseMs;
    if (!searching) {
      searching = true;
      attempt = afterAttempt;
      look();
    }
  }

  /** Goes on after a pause: the driver that was found did not answer. */
  void goOn(long afterAttempt, long pauseMs) {
    this.pauseMs = pauseMs;
    if (!searching) {
      searching = true;
      attempt = afterAttempt;
      pause();
    }
  }

  void stop() {
    searching = false;
    if (next != null) {
      next.cancel();
      next = null;
    }
  }

  private void look() {
    next = null;
    Answers.post(finder.newestAfter(attempt), loop, this::onAnswer);
  }

  private void onAnswer(Optional<FoundDriver> found, Throwable failure) {
    if (!searching || next != null) {
      return;
    }
    if (failure != null) {
      LOG.info("No driver can be looked for now: {}", failure.toString());
    }
    if (failure != null || found.filter(driver -> driver.attempt() > attempt).isEmpty()) {
      pause();
      return;
    }
    searching = false;
    onFound.accept(found.get());
  }

  private void pause() {
    next = loop.schedule(pauseMs, this::look);
  }
}
