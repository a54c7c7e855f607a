package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LabExtension;
import org.millrace.testkit.lab.LabProcess;
import org.millrace.testkit.source.NumberedLinesServer;

/** The driver dies, or is replaced while it hangs: executors go on under the next one. */
@Tag("returns")
@ExtendWith(LabExtension.class)
class DriverReturnsTest {
  private static final long LINES_PER_SECOND = 400;

  @TempDir Path outputs;

  @Test
  void executorsGoOnUnderTheNextDriverAndEachLineIsCountedOnce(Lab lab) throws Exception {
    try (CheckpointedApplication application =
        new CheckpointedApplication(lab, outputs, CheckpointedCount.class, "", Map.of())) {
      ApplicationPage page = application.page();
      // Files that are there before the start are none of the stream's.
      application.await("the first batch", () -> page.total("completedBatches") >= 1);
      try (NumberedFiles feed = new NumberedFiles(application.hdfs(), application.input())) {
        application.await("some batches", () -> page.total("completedBatches") >= 5);
        application.await("both executors", () -> page.executors().size() == 2);
        Map<String, Long> before = application.executors();
        assertThat(before).hasSize(2);

        lab.expectError(Lab.MASTER_KILLED);
        application.master().kill();

        application.await(
            "batches under the next driver",
            () -> page.total("epoch") == 2 && page.total("completedBatches") >= 3);
        assertThat(application.executors()).as("the same processes").isEqualTo(before);
        assertThat(page.executorsNow()).containsExactlyInAnyOrderElementsOf(before.keySet());
        assertThat(page.totalNow("lostExecutors")).isZero();
        application.awaitEachLineOnce(feed.stop());
      }
      application.stop();
      System.out.printf(
          "the driver was killed: %d ms without output%n", application.longestGapMs(0));
    }
  }

  @Test
  void receiversGoOnWithoutADriverAndNothingAcknowledgedIsLostOrDoubled(Lab lab) throws Exception {
    try (NumberedLinesServer source = NumberedLinesServer.local("line", LINES_PER_SECOND);
        CheckpointedApplication application = receiving(lab, source)) {
      ApplicationPage page = application.page();
      awaitLines(application, source);
      Map<String, Long> before = application.executors();

      lab.expectError(Lab.MASTER_KILLED);
      application.master().kill();

      application.await("the next driver", () -> page.total("epoch") == 2);
      assertThat(application.executors()).as("the same processes").isEqualTo(before);
      application.await("its batches", () -> page.total("completedBatches") >= 3);
      assertThat(source.resumptions()).as("the receiver never stopped").isOne();
      long withoutDriverMs = application.longestGapMs(0);

      application.container(page.receiversExecutor()).kill();
      application.await("the receiver is elsewhere", () -> source.resumptions() >= 2);
      finish(application, source);
      System.out.printf(
          "driver with a receiver killed: %d ms without output; executor with it: %d ms at most%n",
          withoutDriverMs, application.longestGapMs(0));
    }
  }

  /**
   * Driver and NodeManager of one node hang, so that nobody ends the driver when the
   * ResourceManager gives the node up; it wakes while the ResourceManager hangs, so that only HDFS
   * tells it that another one has taken over.
   */
  @Test
  void aDriverThatHungHaltsWhenItWakesAndHasWrittenNothing(Lab lab) throws Exception {
    try (NumberedLinesServer source = NumberedLinesServer.local("line", LINES_PER_SECOND);
        CheckpointedApplication application = receiving(lab, source)) {
      ApplicationPage page = application.page();
      awaitLines(application, source);
      LabContainer hung = application.master();
      LabProcess node = application.nodeManager(hung);

      lab.expectError(Lab.MASTER_KILLED);
      lab.expectError(Lab.HALTED_BY_FENCING);
      node.pause();
      hung.pause();
      application.await("the next driver", () -> page.total("epoch") == 2);
      application.await("its batches", () -> page.total("completedBatches") >= 3);
      assertThat(hung.alive()).as("two drivers").isTrue();
      lab.resourceManager().pause();
      hung.resume();
      application.await("the one that woke is gone", () -> !hung.alive());
      lab.resourceManager().resume();
      node.resume();

      assertThat(log(lab, hung)).contains("the process halts").contains("FencedException");
      long batches = page.totalNow("completedBatches");
      application.await("more batches", () -> page.total("completedBatches") >= batches + 3);
      finish(application, source);
      System.out.printf(
          "a driver hung with its node: %d ms without output%n", application.longestGapMs(0));
    }
  }

  private CheckpointedApplication receiving(Lab lab, NumberedLinesServer source) throws Exception {
    return new CheckpointedApplication(
        lab, outputs, CheckpointedReceiver.class, Integer.toString(source.port()), Map.of());
  }

  private static void awaitLines(CheckpointedApplication application, NumberedLinesServer source) {
    // Batches start without one that is late.
    application.await("both executors", () -> application.page().executors().size() == 2);
    application.await(
        "some batches",
        () ->
            source.acknowledged() > 0
                && application.page().total("completedBatches") >= 5
                && application.page().total("records") > 0);
  }

  /** All that was acknowledged is in the outputs once, then the application stops in order. */
  private static void finish(CheckpointedApplication application, NumberedLinesServer source)
      throws Exception {
    long number = source.sent() + 2 * LINES_PER_SECOND;
    source.stopAt(number);
    application.await("all is acknowledged", () -> source.acknowledged() == number);
    application.awaitEachLineOnce(Math.toIntExact(number));
    assertThat(source.problems()).isEmpty();
    application.stop();
  }

  /** What a container's process logged. */
  private static String log(Lab lab, LabContainer container) throws Exception {
    try (Stream<Path> all = Files.walk(lab.logs())) {
      Path log =
          all.filter(file -> file.endsWith(Path.of(container.containerId(), "driver.log")))
              .findFirst()
              .orElseThrow();
      return Files.readString(log);
    }
  }
}
