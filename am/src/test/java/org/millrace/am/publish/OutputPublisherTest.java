package org.millrace.am.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.log.FakeJournal;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.streaming.Duration;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.publish.StagedSink;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;

class OutputPublisherTest {
  private static final long TIMEOUT_MS = 60_000;
  private static final String APPLICATION = "application_1";

  private final SimulatedTime time = SimulatedTime.shuffled(7);
  private final Loop loop = time.loop("driver");
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final FakeJournal journal = new FakeJournal();
  private final List<MillraceException> failures = new ArrayList<>();
  private final SinkRegistry sinks = new SinkRegistry(time.blockingWork());
  private final OutputPublisher publisher =
      new OutputPublisher(files, sinks, journal, loop, time, TIMEOUT_MS, failures::add);

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
  void givesUpOnATargetThatSomebodyElseMadeAndKeepsNobodyWaiting() {
    make("/out/a");
    StagedOutput output = staged("a");
    List<String> idle = new ArrayList<>();
    loop.execute(
        () -> {
          publisher.publish(1_000, List.of(output));
          publisher.whenIdle(() -> idle.add("before"));
        });
    time.advance(2_000);
    assertThat(failures).isEmpty();
    assertThat(idle).isEmpty();
    assertThat(publisher.problem()).hasValueSatisfying(why -> assertThat(why).contains("/out/a"));

    time.advance(2_000);
    loop.execute(() -> publisher.whenIdle(() -> idle.add("after")));
    time.advance(TIMEOUT_MS);

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0)).hasMessageContaining(output.stagedDirectory());
    assertThat(failures.get(0).code()).isEqualTo(ErrorCode.STORAGE_FAILED);
    assertThat(idle).containsExactly("before", "after");
    assertThat(journal.events()).isEmpty();
  }

  @Test
  void asksUntilTheTimeIsUp() {
    FakeSink orders = opened("orders");
    for (int i = 0; i < 50; i++) {
      orders.outcomes.add(CommitOutcome.unknown("the database is away", null));
    }
    loop.execute(() -> publisher.publish(1_000, List.of(sink("orders", "a"))));
    time.advance(TIMEOUT_MS - 1_000);
    assertThat(failures).isEmpty();

    time.advance(12_000);
    assertThat(failures)
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure)
                    .hasMessageContaining("millrace.output.publishTimeout is 60000 ms")
                    .hasMessageContaining("the database is away"));
  }

  @Test
  void asksASinkAgainUntilItSaysDoneAndTheOthersOnce() {
    FakeSink orders = opened("orders");
    FakeSink totals = opened("totals");
    orders.outcomes.add(CommitOutcome.unknown("the answer was lost", null));
    orders.thrown = new IllegalStateException("connection reset");
    loop.execute(
        () -> {
          publisher.publish(1_000, List.of(sink("orders", "a"), staged("f"), sink("totals", "b")));
          publisher.publish(2_000, List.of(sink("orders", "c")));
        });
    time.advance(5_000);

    assertThat(orders.log)
        .contains("clean up 1000")
        .filteredOn(call -> call.startsWith("commit"))
        .containsExactly(
            "commit 1000 application_1/e1[a]",
            "commit 1000 application_1/e1[a]",
            "commit 1000 application_1/e1[a]",
            "commit 2000 application_1/e1[c]");
    assertThat(totals.log).containsExactly("commit 1000 application_1/e1[b]", "clean up 1000");
    assertThat(exists("/out/f")).isTrue();
    assertThat(journal.events())
        .containsExactly(
            new DriverEvent.OutputPublished(1_000), new DriverEvent.OutputPublished(2_000));
    assertThat(publisher.problem()).isEmpty();
    assertThat(failures).isEmpty();
  }

  @Test
  void stopsWithTheCauseWhenASinkFailsAndPublishesNothingBehindIt() {
    FakeSink orders = opened("orders");
    IOException cause = new IOException("no such table");
    orders.outcomes.add(CommitOutcome.failed("the staged rows are gone", cause));
    loop.execute(
        () -> {
          publisher.publish(1_000, List.of(sink("orders", "a")));
          publisher.publish(2_000, List.of(sink("orders", "b")));
        });
    time.advance(TIMEOUT_MS);

    assertThat(orders.log).containsExactly("commit 1000 application_1/e1[a]");
    assertThat(journal.events()).isEmpty();
    assertThat(failures)
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure)
                    .hasMessageContaining("batch 1000 ms")
                    .hasMessageContaining("output 'orders', staged by 1 tasks of epoch 1")
                    .hasMessageContaining("the staged rows are gone")
                    .hasCause(cause))
        .extracting(MillraceException::code)
        .isEqualTo(ErrorCode.SINK_FAILED);
  }

  @Test
  void anApplicationThatEndsDoesNotWaitLongForASinkThatIsAway() {
    FakeSink orders = opened("orders");
    for (int i = 0; i < 50; i++) {
      orders.outcomes.add(CommitOutcome.unknown("the database is away", null));
    }
    List<String> idle = new ArrayList<>();
    loop.execute(publisher::endSoon);
    time.advance(30_000);
    // The batch that ran when the end was asked for.
    loop.execute(
        () -> {
          publisher.publish(1_000, List.of(sink("orders", "a")));
          publisher.whenIdle(() -> idle.add("idle"));
        });
    time.advance(9_000);
    assertThat(idle).isEmpty();
    time.advance(2_000);
    int asked = orders.log.size();
    time.advance(TIMEOUT_MS);

    assertThat(idle).containsExactly("idle");
    assertThat(orders.log).hasSize(asked);
    assertThat(journal.events()).isEmpty();
    assertThat(failures)
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure)
                    .hasMessageContaining("the application ended before it was published")
                    .hasMessageContaining("the database is away"));
  }

  @Test
  void anApplicationThatEndsFailsNothingWhenAllIsPublished() {
    FakeSink orders = opened("orders");
    loop.execute(
        () -> {
          publisher.publish(1_000, List.of(sink("orders", "a")));
          publisher.endSoon();
        });
    time.advance(TIMEOUT_MS);
    assertThat(orders.log).startsWith("commit 1000 application_1/e1[a]");
    assertThat(failures).isEmpty();
  }

  @Test
  void publishesWhatADriverBeforeItDecidedFromTheRecordAlone() {
    DriverEvent decided =
        new DriverEvent.BatchCommitted(
            1_000,
            DriverEvent.CommitOutcome.COMPLETED,
            List.of(sink("orders", "a", "b"), staged("f")));
    FakeJournal before = new FakeJournal();
    before.append(decided);
    FakeSink orders = opened("orders");

    loop.execute(
        () ->
            before
                .state()
                .committedNotPublished()
                .forEach(batch -> publisher.publish(batch.batchTimeMs(), batch.outputs())));
    time.runUntilIdle();

    assertThat(orders.log).startsWith("commit 1000 application_1/e1[a, b]");
    assertThat(exists("/out/f")).isTrue();
    journal.events().forEach(before::append);
    assertThat(before.state().committedNotPublished()).isEmpty();
  }

  @Test
  void saysWhichOutputTheProgramOfTodayLacks() {
    opened("totals");
    loop.execute(() -> publisher.publish(1_000, List.of(sink("orders", "a"))));
    time.runUntilIdle();

    assertThat(failures)
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure).hasMessageContaining("define writeTo(\"orders\", sink)"));
  }

  @Test
  void letsBatchesWaitThatAreTooFarAhead() {
    FakeSink orders = opened("orders");
    for (int i = 0; i < 8; i++) {
      orders.outcomes.add(CommitOutcome.unknown("away", null));
    }
    List<String> ran = new ArrayList<>();
    loop.execute(
        () -> {
          for (int batch = 1; batch <= 19; batch++) {
            publisher.publish(1_000L * batch, List.of(sink("orders", "m")));
          }
          publisher.whenRoom(() -> ran.add("20"));
          publisher.publish(20_000, List.of(sink("orders", "m")));
          publisher.whenRoom(() -> ran.add("21"));
        });
    time.advance(5_000);
    assertThat(ran).containsExactly("20");

    time.advance(30_000);
    assertThat(ran).containsExactly("20", "21");
    assertThat(journal.events()).hasSize(20);
  }

  @Test
  void aSinkThatCannotBeOpenedSaysWhichAndWhy() {
    FakeSink sink = new FakeSink();
    sink.notOpened = new IOException("password authentication failed");
    CompletableFuture<Void> opening = sinks.open(List.of(output("orders", sink)), APPLICATION, 1);
    time.runUntilIdle();

    assertThatThrownBy(opening::join)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SINK_FAILED))
        .hasMessageContaining("writeTo 'orders' at Test.java:1")
        .hasMessageContaining("password authentication failed");
  }

  @Test
  void abortsAndClosesEachSinkOnce() {
    FakeSink orders = opened("orders");
    await(sinks.abort(sink("orders", "a"), 1_000));
    await(sinks.close());
    await(sinks.close());

    assertThat(orders.log).containsExactly("abort 1000", "close");
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

  private FakeSink opened(String outputId) {
    FakeSink sink = new FakeSink();
    await(sinks.open(List.of(output(outputId, sink)), APPLICATION, 2));
    return sink;
  }

  private static Output output(String outputId, FakeSink sink) {
    NodeLabel label = new NodeLabel(0, new Duration(1_000), "queueStream", "Test.java:1");
    return new Output.SinkOutput(
        0,
        new QueueStreamNode(label, 0, time -> new EmptyNode()),
        outputId,
        sink,
        "writeTo '" + outputId + "' at Test.java:1");
  }

  private static StagedSink sink(String outputId, String... messages) {
    return new StagedSink(
        outputId,
        APPLICATION,
        1,
        Arrays.stream(messages)
            .map(message -> ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)))
            .toList());
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
