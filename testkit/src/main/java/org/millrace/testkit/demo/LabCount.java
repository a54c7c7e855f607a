package org.millrace.testkit.demo;

import static org.millrace.testkit.demo.LabDemo.seconds;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** One word count on a lab that is up: submit, feed, stop, check. Owned by the demo's thread. */
final class LabCount {
  private static final long FIRST_COUNTS_TIMEOUT_MS = 180_000;
  private static final long KEPT_COUNTS_TIMEOUT_MS = 30_000;
  private static final long POLL_MS = 1_000;

  private final Demo.Feed feed;
  private final Feeding feeding;
  private final Storage storage;
  private final LabApplication application;
  private final boolean keep;
  private final Consumer<String> out;

  LabCount(
      Demo.Feed feed,
      Feeding feeding,
      Storage storage,
      LabApplication application,
      boolean keep,
      Consumer<String> out) {
    this.feed = feed;
    this.feeding = feeding;
    this.storage = storage;
    this.application = application;
    this.keep = keep;
    this.out = out;
  }

  /** Returns the exit code; the application has ended afterwards, unless it is to be kept. */
  int run(Path jar, double labSeconds) throws Exception {
    boolean ended = false;
    try {
      Times times = new Times(labSeconds, System.nanoTime());
      application.submit(jar, arguments());
      times.runningNanos = System.nanoTime();
      BatchLines batches = new BatchLines(out);
      DriverOutput output =
          DriverOutput.follow(application.containerLogs(), application.id(), batches, out);
      try {
        out.accept("the application's page is at " + application.page());
        awaitFirstCounts(batches);
        times.firstCountsNanos = System.nanoTime();
        feeding.startFiles();
        feedOn();
        feeding.finish();
        times.fedNanos = System.nanoTime();
        if (!keep) {
          application.stop();
          ended = true;
        }
      } finally {
        output.finish();
      }
      times.endNanos = System.nanoTime();
      int code = keep ? checkWhileItRuns() : feeding.check();
      out.accept(times.line(keep));
      if (keep) {
        sayHowToGoOn();
      }
      return code;
    } finally {
      if (!ended && !keep) {
        boolean interrupted = Thread.interrupted();
        application.kill();
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private List<String> arguments() {
    return List.of(
        "localhost", Integer.toString(feeding.port()), storage.input(), storage.outputPrefix());
  }

  /** When what happened. */
  private static final class Times {
    private final double labSeconds;
    private final long submitNanos;
    private long runningNanos;
    private long firstCountsNanos;
    private long fedNanos;
    private long endNanos;

    Times(double labSeconds, long submitNanos) {
      this.labSeconds = labSeconds;
      this.submitNanos = submitNanos;
    }

    String line(boolean kept) {
      return String.format(
              Locale.ROOT,
              "times: Hadoop up %.1f s; submit to driver running %.1f s, to first counts %.1f s;"
                  + " fed for %.1f s",
              labSeconds,
              seconds(runningNanos - submitNanos),
              seconds(firstCountsNanos - submitNanos),
              seconds(fedNanos - firstCountsNanos))
          + (kept ? "" : String.format(Locale.ROOT, "; stop %.1f s", seconds(endNanos - fedNanos)));
    }
  }

  private void awaitFirstCounts(BatchLines batches) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FIRST_COUNTS_TIMEOUT_MS);
    while (!batches.awaitFirstCounts(POLL_MS)) {
      application.requireRunning();
      if (System.nanoTime() > deadline) {
        throw new MillraceException(
            ErrorCode.TIMED_OUT,
            "no batch showed counts in "
                + TimeUnit.MILLISECONDS.toSeconds(FIRST_COUNTS_TIMEOUT_MS)
                + " s; the driver's log is in "
                + application.containerLogs());
      }
    }
  }

  private void feedOn() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(feed.seconds());
    CountDownLatch never = new CountDownLatch(1);
    long leftMs = TimeUnit.SECONDS.toMillis(feed.seconds());
    while (leftMs > 0 && !never.await(Math.min(POLL_MS, leftMs), TimeUnit.MILLISECONDS)) {
      application.requireRunning();
      leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
  }

  /** The counts come as the batches do, so it may take some until all is there. */
  private int checkWhileItRuns() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(KEPT_COUNTS_TIMEOUT_MS);
    CountDownLatch never = new CountDownLatch(1);
    while (!feeding.compare().equal()
        && System.nanoTime() < deadline
        && !never.await(POLL_MS, TimeUnit.MILLISECONDS)) {
      application.requireRunning();
    }
    return feeding.check();
  }

  private void sayHowToGoOn() {
    out.accept("the application still runs; its page is at " + application.page());
    out.accept("  files and counts: " + application.browser(storage.input()));
    out.accept("  before commands:  eval \"$(bin/millrace lab env)\"");
    out.accept("  stop it:          bin/millrace stop " + application.id());
  }
}
