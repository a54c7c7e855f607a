package org.millrace.am.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.log.FakeJournal;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;

class OutputPublisherTest {
  private final SimulatedTime time = SimulatedTime.shuffled(7);
  private final Loop loop = time.loop("driver");
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final FakeJournal journal = new FakeJournal();
  private final List<MillraceException> failures = new ArrayList<>();
  private final OutputPublisher publisher =
      new OutputPublisher(files, journal, loop, failures::add);

  @BeforeEach
  void makeParent() {
    make("/out");
  }

  @Test
  void publishesBatchesInTheirOrderAndWritesThatDown() {
    List<StagedOutput> first = List.of(staged("a"), staged("b"));
    List<StagedOutput> second = List.of(staged("c"));
    loop.execute(
        () -> {
          publisher.publish(1_000, first);
          publisher.publish(2_000, second);
          publisher.publish(3_000, List.of());
        });
    time.runUntilIdle();

    assertThat(journal.events())
        .containsExactly(
            new DriverEvent.OutputPublished(1_000), new DriverEvent.OutputPublished(2_000));
    assertThat(exists("/staging/a") || exists("/staging/b")).isFalse();
    assertThat(exists("/out/a") && exists("/out/b") && exists("/out/c")).isTrue();
    assertThat(failures).isEmpty();
  }

  @Test
  void repeatsAPublishWhoseOutcomeIsUnknown() {
    files.answerUnknownAfterRename(target -> target.equals("/out/a"));
    StagedOutput output = staged("a");
    loop.execute(() -> publisher.publish(1_000, List.of(output)));
    time.runUntilIdle();
    assertThat(journal.events()).isEmpty();

    files.answerUnknownAfterRename(target -> false);
    time.advance(500);

    assertThat(journal.events()).containsExactly(new DriverEvent.OutputPublished(1_000));
    assertThat(failures).isEmpty();
  }

  @Test
  void aBatchThatFollowsDoesNotHurryTheRetryOfTheOneBefore() {
    files.answerUnknownAfterRename(target -> true);
    StagedOutput first = staged("a");
    loop.execute(() -> publisher.publish(1_000, List.of(first)));
    time.runUntilIdle();
    for (int i = 0; i < 30; i++) {
      StagedOutput next = staged("next-" + i);
      long timeMs = 2_000L + i;
      loop.execute(() -> publisher.publish(timeMs, List.of(next)));
      time.runUntilIdle();
    }
    assertThat(failures).isEmpty();

    files.answerUnknownAfterRename(target -> false);
    time.advance(500);

    assertThat(journal.events())
        .hasSize(31)
        .startsWith(new DriverEvent.OutputPublished(1_000), new DriverEvent.OutputPublished(2_000));
  }

  @Test
  void givesUpAfterTwentyTriesAndKeepsNobodyWaiting() {
    make("/out/a");
    StagedOutput output = staged("a");
    List<String> idle = new ArrayList<>();
    loop.execute(
        () -> {
          publisher.publish(1_000, List.of(output));
          publisher.whenIdle(() -> idle.add("before"));
        });
    time.advance(8_000);
    assertThat(failures).isEmpty();
    assertThat(idle).isEmpty();

    time.advance(5_000);
    loop.execute(() -> publisher.whenIdle(() -> idle.add("after")));
    time.advance(60_000);

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0)).hasMessageContaining(output.stagedDirectory());
    assertThat(idle).containsExactly("before", "after");
    assertThat(journal.events()).isEmpty();
  }

  @Test
  void isIdleWhenAllIsPublished() {
    StagedOutput output = staged("a");
    List<String> idle = new ArrayList<>();
    loop.execute(
        () -> {
          publisher.whenIdle(() -> idle.add("nothing given"));
          publisher.publish(1_000, List.of(output));
          publisher.whenIdle(() -> idle.add("published: " + journal.events().size()));
        });
    time.runUntilIdle();

    assertThat(idle).containsExactly("nothing given", "published: 1");
  }

  private StagedOutput staged(String name) {
    make("/staging/" + name + "/ready");
    return new StagedOutput("/staging/" + name + "/ready", "/out/" + name);
  }

  private void make(String directory) {
    assertThat(await(files.makeDirectories(directory))).isEqualTo(Outcome.DONE);
  }

  private boolean exists(String path) {
    return await(files.status(path)).isPresent();
  }

  private <T> T await(CompletableFuture<T> future) {
    assertThat(time.runUntil(future::isDone, 1_000)).isTrue();
    return future.join();
  }
}
