package org.millrace.am.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.graph.BlockRange;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.EpochClaim;
import org.millrace.checkpoint.log.Epochs;
import org.millrace.checkpoint.log.EventLog;
import org.millrace.checkpoint.log.InputCut;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;

class DriverStateTest {
  private static final long START = 1_600_000_000_000L;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isTheSameWhetherItsRecordsWereAppendedOrRead(long seed) {
    SimulatedTime time = SimulatedTime.shuffled(seed);
    FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
    Loop loop = time.loop("driver");
    EpochClaim claim = await(time, new Epochs(files, "/log").claim("app", 1));
    List<Exception> failures = new ArrayList<>();
    EventJournal journal = new EventJournal(loop);
    journal.open(EventLog.start(files, loop, time, claim, 0, EventLog.OPTIONS, failures::add));
    DriverState live = new DriverState();
    journal.addState(live);
    List<DriverEvent> events = randomEvents(new Random(seed), 200);
    for (DriverEvent event : events) {
      loop.execute(() -> journal.append(event));
    }
    CompletableFuture<Void> closed = new CompletableFuture<>();
    loop.execute(() -> journal.close().thenAccept(closed::complete).isDone());
    await(time, closed);

    DriverState replayed = new DriverState();
    await(
        time,
        EventLog.read(
            files,
            time.blockingWork(),
            claim.directory(),
            claim.epoch(),
            0,
            (position, event) -> replayed.replay(event)));

    assertThat(failures).isEmpty();
    assertThat(StateView.of(replayed)).isEqualTo(StateView.of(live));
    assertThat(live.committed()).isPositive();
  }

  @Test
  void knowsWhichBatchesMustRunAndWhichOutputsMustBePublished() {
    DriverState state = new DriverState();
    DriverEvent.BatchCut first = cut(START);
    DriverEvent.BatchCut second = cut(START + 1_000);
    DriverEvent.BatchCommitted commit = commit(START);
    state.replay(first);
    state.replay(second);
    state.replay(commit);

    assertThat(state.cutNotCommitted()).containsExactly(second);
    assertThat(state.committedNotPublished()).containsExactly(commit);

    state.replay(new DriverEvent.OutputPublished(START));

    assertThat(state.committedNotPublished()).isEmpty();
    assertThat(state.committed()).isEqualTo(1);
    assertThat(state.lastBatchMs()).isEqualTo(START + 1_000);
  }

  @Test
  void countsEachOfARunOfEmptyBatches() {
    DriverState state = new DriverState();
    state.replay(new DriverEvent.ApplicationStarted("name", "id", START, 1_000, 2));
    state.replay(new DriverEvent.EmptyBatches(START + 1_000, 3));

    assertThat(state.committed()).isEqualTo(3);
    assertThat(state.lastBatchMs()).isEqualTo(START + 3_000);
  }

  @Test
  void aBatchThatHadNoInputButOutputsIsTheLastOne() {
    DriverState state = new DriverState();
    state.replay(commit(START + 5_000));

    assertThat(state.lastBatchMs()).isEqualTo(START + 5_000);
  }

  private static DriverEvent.BatchCut cut(long timeMs) {
    return new DriverEvent.BatchCut(
        timeMs,
        List.of(new InputCut.BlocksCut(0, List.of(List.of(new BlockRange(1, 0, 3))))),
        List.of());
  }

  private static DriverEvent.BatchCommitted commit(long timeMs) {
    return new DriverEvent.BatchCommitted(
        timeMs,
        DriverEvent.CommitOutcome.COMPLETED,
        List.of(new StagedOutput("/staged/" + timeMs, "/out/" + timeMs)));
  }

  private static List<DriverEvent> randomEvents(Random random, int count) {
    List<DriverEvent> events = new ArrayList<>();
    events.add(new DriverEvent.ApplicationStarted("name", "id", START, 1_000, 2));
    for (int i = 0; i < count; i++) {
      long timeMs = START + random.nextInt(20) * 1_000L;
      events.add(randomEvent(random, i, timeMs));
    }
    return events;
  }

  private static DriverEvent randomEvent(Random random, int number, long timeMs) {
    int input = random.nextInt(3);
    return switch (random.nextInt(17)) {
      case 0 -> new DriverEvent.EpochClaimed(1 + random.nextInt(3), "id", 1);
      case 1 -> new DriverEvent.ConfigurationChanged(Map.of("key", "" + number));
      case 2 -> new DriverEvent.ExecutorJoined(random.nextInt(5), "host", 1);
      case 3 -> new DriverEvent.ExecutorLost(random.nextInt(5), "gone");
      case 4 -> new DriverEvent.StreamStarted(random.nextInt(5), input, 1);
      case 5 -> new DriverEvent.StreamEnded(random.nextInt(5), random.nextInt(20));
      case 6, 7 ->
          new DriverEvent.BatchCut(
              timeMs,
              List.of(
                  new InputCut.BlocksCut(
                      input,
                      List.of(
                          List.of(new BlockRange(random.nextInt(5), 0, 1L + random.nextInt(20)))))),
              List.of(new DriverEvent.SeenFile(input, "/in/" + random.nextInt(9), number, 1)));
      case 8 -> commit(timeMs);
      case 9 ->
          new DriverEvent.BatchCommitted(timeMs, DriverEvent.CommitOutcome.SKIPPED, List.of());
      case 10 -> new DriverEvent.OutputPublished(timeMs);
      case 11 -> new DriverEvent.EmptyBatches(timeMs, 1 + random.nextInt(9));
      case 12 -> new DriverEvent.InputReleased(timeMs);
      case 13 ->
          new DriverEvent.FilesSeen(
              List.of(new DriverEvent.SeenFile(input, "/in/" + random.nextInt(9), number, 1)));
      case 14 -> new DriverEvent.FilesForgotten(input, List.of("/in/" + random.nextInt(9)));
      case 15 ->
          new DriverEvent.OperatorsChanged(
              List.of(
                  new DriverEvent.Operator(
                      "uid " + number,
                      DriverEvent.OperatorKind.values()[input],
                      input,
                      "description",
                      Map.of("slideMs", "1000"))));
      default -> new DriverEvent.ApplicationStopped("reason " + number);
    };
  }

  /** What a snapshot holds is the state, and goes on as the state does. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void itsEventsReplayToIt(long seed) {
    Random random = new Random(seed);
    DriverState live = new DriverState();
    DriverState restored = new DriverState();
    for (DriverEvent event : randomEvents(random, 300)) {
      live.replay(event);
      restored.replay(event);
      if (random.nextInt(20) == 0) {
        List<DriverEvent> snapshot = restored.events();
        restored = new DriverState();
        snapshot.forEach(restored::replay);
        assertThat(StateView.of(restored)).isEqualTo(StateView.of(live));
      }
    }
    assertThat(StateView.of(restored)).isEqualTo(StateView.of(live));
  }

  private static <T> T await(SimulatedTime time, CompletableFuture<T> future) {
    assertThat(time.runUntil(future::isDone, 100_000)).isTrue();
    return future.join();
  }
}
