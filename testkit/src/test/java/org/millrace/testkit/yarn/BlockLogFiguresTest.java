package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabExtension;
import org.millrace.testkit.source.NumberedLinesServer;

/** Prints what the write-ahead log of blocks costs, and how long a hung DataNode holds it. */
@Tag("figures")
@ExtendWith(LabExtension.class)
class BlockLogFiguresTest {
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final Duration MEASURED = Duration.ofSeconds(20);
  private static final Duration HANG = Duration.ofSeconds(25);
  private static final long LINES_PER_SECOND = 1_000;

  @TempDir Path outputs;

  @Test
  void throughputWithTheLogAndWithout(Lab lab) throws Exception {
    double with = linesPerSecond(lab, true);
    double without = linesPerSecond(lab, false);
    double again = linesPerSecond(lab, true);
    System.out.printf(
        "lines/s with the log %,.0f, without %,.0f, with %,.0f: %.2f and %.2f%n",
        with, without, again, with / without, again / without);
  }

  private double linesPerSecond(Lab lab, boolean logged) throws Exception {
    try (EndlessLines source = new EndlessLines();
        CheckpointedApplication application =
            new CheckpointedApplication(
                lab,
                outputs,
                SocketWordCount.class,
                Integer.toString(source.port()),
                Map.of("millrace.receiver.writeAheadLog.enable", Boolean.toString(logged)))) {
      ApplicationPage page = application.page();
      application.await("records", () -> page.total("records") > 0);
      pause(WARM_UP);
      long before = page.total("records");
      long startNanos = System.nanoTime();
      pause(MEASURED);
      long lines = page.total("records") - before;
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      assertThat(page.total("lostExecutors")).isZero();
      source.end();
      application.stop();
      return lines / seconds;
    }
  }

  @Test
  void longestWaitForAnAcknowledgementWhenADataNodeHangs(Lab lab) throws Exception {
    try (NumberedLinesServer source = NumberedLinesServer.local("line", LINES_PER_SECOND);
        CheckpointedApplication application =
            new CheckpointedApplication(
                lab,
                outputs,
                CheckpointedReceiver.class,
                Integer.toString(source.port()),
                Map.of())) {
      application.await("acknowledgements", () -> source.acknowledged() > 5 * LINES_PER_SECOND);
      long usualMs = longestWaitMs(source, WARM_UP);
      long pausedMs = System.currentTimeMillis();
      lab.dataNode(1).pause();
      long hungMs = longestWaitMs(source, HANG);
      lab.dataNode(1).resume();
      long number = source.sent() + 2 * LINES_PER_SECOND;
      source.stopAt(number);
      application.await("all is acknowledged", () -> source.acknowledged() == number);
      application.awaitEachLineOnce(Math.toIntExact(number));
      long outputMs = application.longestGapMs(pausedMs);
      application.stop();
      System.out.printf(
          "longest wait for an acknowledgement: %d ms, %d ms while a DataNode hangs; for an output"
              + " then %d ms%n",
          usualMs, hungMs, outputMs);
    }
  }

  private static long longestWaitMs(NumberedLinesServer source, Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    long last = source.acknowledged();
    long movedNanos = System.nanoTime();
    long longest = 0;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
      long now = System.nanoTime();
      longest = Math.max(longest, now - movedNanos);
      long acknowledged = source.acknowledged();
      if (acknowledged > last) {
        last = acknowledged;
        movedNanos = now;
      }
    }
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  private static void pause(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
