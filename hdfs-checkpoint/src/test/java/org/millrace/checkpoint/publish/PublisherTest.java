package org.millrace.checkpoint.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.SimulatedTime;

class PublisherTest {

  private static final StagedOutput OUTPUT =
      new StagedOutput("/out/_staged/1/counts-1000", "/out/counts-1000");

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Publisher publisher = new Publisher(files);

  private <T> T answer(CompletableFuture<T> future) {
    time.runUntilIdle();
    assertThat(future).isDone();
    return future.join();
  }

  private void assertFails(CompletableFuture<?> future, ErrorCode code) {
    time.runUntilIdle();
    assertThatThrownBy(future::join)
        .cause()
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(OUTPUT.targetDirectory());
  }

  @BeforeEach
  void stage() {
    answer(files.makeDirectories(OUTPUT.stagedDirectory()));
    files.put(OUTPUT.stagedDirectory() + "/part-00000", "a 1".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void givesTheStagedDirectoryItsName() {
    assertThat(answer(publisher.publish(OUTPUT))).isEqualTo(Outcome.DONE);
    assertThat(files.content("/out/counts-1000/part-00000")).asString().isEqualTo("a 1");
    assertThat(answer(files.status(OUTPUT.stagedDirectory()))).isEmpty();
  }

  @Test
  void publishesAgainWithoutHarm() {
    answer(publisher.publish(OUTPUT));
    assertThat(answer(publisher.publish(OUTPUT))).isEqualTo(Outcome.DONE);
  }

  @Test
  void letsTwoDriversPublishTheSame() {
    CompletableFuture<Outcome> zombie = publisher.publish(OUTPUT);
    CompletableFuture<Outcome> driver = new Publisher(files).publish(OUTPUT);
    assertThat(answer(zombie)).isEqualTo(Outcome.DONE);
    assertThat(answer(driver)).isEqualTo(Outcome.DONE);
  }

  @Test
  void isDoneOnTheSecondTryWhenTheFirstAnswerWasLost() {
    files.answerUnknownAfterRename(OUTPUT.targetDirectory()::equals);
    assertThat(answer(publisher.publish(OUTPUT))).isEqualTo(Outcome.UNKNOWN);
    files.answerUnknownAfterRename(target -> false);
    assertThat(answer(publisher.publish(OUTPUT))).isEqualTo(Outcome.DONE);
  }

  @Test
  void neverPublishesOverForeignOutput() {
    answer(files.makeDirectories(OUTPUT.targetDirectory()));
    assertFails(publisher.publish(OUTPUT), ErrorCode.OUTPUT_EXISTS);
    assertThat(answer(files.status(OUTPUT.stagedDirectory() + "/part-00000"))).isPresent();
  }

  @Test
  void failsWhenTheOutputIsGone() {
    answer(files.delete(OUTPUT.stagedDirectory()));
    assertFails(publisher.publish(OUTPUT), ErrorCode.NO_SUCH_PATH);
  }

  @Test
  void failsWhenTheTargetsParentIsMissing() {
    StagedOutput elsewhere = new StagedOutput(OUTPUT.stagedDirectory(), "/missing/counts");
    assertThat(answer(publisher.publish(elsewhere))).isEqualTo(Outcome.FAILED);
  }

  @Test
  void refusesOutputThatIsStagedUnderItsOwnName() {
    assertThatThrownBy(() -> new StagedOutput("/out", "/out"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
