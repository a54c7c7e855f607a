package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabExtension;
import org.millrace.testkit.source.NumberedLinesServer;

/** An executor dies with its part of a large keyed state. */
@Tag("returns")
@ExtendWith(LabExtension.class)
class ExecutorLossTest {
  private static final long LINES_PER_SECOND = 1_000;

  /** And partitions of the state: each has one core. */
  private static final int EXECUTORS = 3;

  @TempDir Path outputs;

  @Test
  void aMillionKeysAreThereAgainAndEachLineIsCountedOnce(Lab lab) throws Exception {
    loseAnExecutor(lab, false);
  }

  @Test
  void theyComeFromExecutorsThatStandBy(Lab lab) throws Exception {
    loseAnExecutor(lab, true);
  }

  private void loseAnExecutor(Lab lab, boolean isWithStandby) throws Exception {
    try (NumberedLinesServer source = NumberedLinesServer.local("line", LINES_PER_SECOND);
        CheckpointedApplication application =
            new CheckpointedApplication(
                lab,
                outputs,
                StatefulMillion.class,
                Integer.toString(source.port()),
                Map.of(
                    "millrace.executor.instances", Integer.toString(EXECUTORS),
                    "millrace.executor.memory", "768m",
                    "millrace.checkpoint.standbyState", Boolean.toString(isWithStandby)))) {
      ApplicationPage page = application.page();
      application.await("the first batch", () -> page.total("completedBatches") >= 1);
      application.await("a snapshot", () -> hasSnapshot(application));
      long batches = page.totalNow("completedBatches");
      application.await("batches since", () -> page.total("completedBatches") >= batches + 5);
      application.await("all executors", () -> page.executors().size() == EXECUTORS);
      if (isWithStandby) {
        application.await("images of all", () -> page.standby("partitions") == EXECUTORS);
      }
      // A busy machine may have cost one already, before there was a snapshot to restore from.
      long lost = page.totalNow("lostExecutors");
      long restored = isWithStandby ? page.standby("restoredFromStandby") : 0;
      String victim = holderOfState(application);
      application.container(victim).kill();
      long killedMs = System.currentTimeMillis();
      application.await("it is lost", () -> page.total("lostExecutors") > lost);
      long then = page.totalNow("completedBatches");
      application.await("batches without it", () -> page.total("completedBatches") >= then + 5);
      if (isWithStandby) {
        application.await(
            "state from who stood by", () -> page.standby("restoredFromStandby") > restored);
      }
      long gapMs = application.longestGapMs(killedMs - 5_000);
      long number = source.sent() + 2 * LINES_PER_SECOND;
      source.stopAt(number);
      application.await("all is acknowledged", () -> source.acknowledged() == number);
      application.awaitEachLineOnce(Math.toIntExact(number));
      assertThat(source.problems()).isEmpty();
      application.stop();
      System.out.printf(
          "executor with state of a million keys killed, %s: %d ms without output%n",
          isWithStandby ? "others stood by" : "nobody stood by", gapMs);
    }
  }

  /**
   * State stays where the first batch put it: an executor that came later has none. If there is
   * another one, it is not the executor with the receiver.
   */
  private static String holderOfState(CheckpointedApplication application) throws IOException {
    TreeSet<String> holders = new TreeSet<>(application.holdersOfState());
    assertThat(holders).as("executors that hold state").isNotEmpty();
    String receiver = application.page().receiversExecutor();
    return holders.stream()
        .filter(holder -> !holder.equals(receiver))
        .findFirst()
        .orElse(holders.first());
  }

  private static boolean hasSnapshot(CheckpointedApplication application) {
    try {
      return application.hdfs().exists(application.checkpoint("state"))
          && application.hdfs().getContentSummary(application.checkpoint("state")).getFileCount()
              >= 3;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
