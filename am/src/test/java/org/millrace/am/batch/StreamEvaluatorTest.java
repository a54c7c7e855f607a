package org.millrace.am.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.Time;

class StreamEvaluatorTest {
  private static final long ZERO_MS = 50_000;

  private final Streams streams = new Streams();
  private final InputStreamNode input = streams.input();
  private final FakeKeptDatasets kept = new FakeKeptDatasets();
  private StreamEvaluator evaluator;
  private StreamGraph graph;
  private Batch before;

  @Test
  void computesADatasetOnceHoweverOftenItIsAskedFor() throws Exception {
    StreamNode mapped = streams.map(input);
    streams.output(mapped);
    start(Optional.empty());
    run(1);

    assertThat(evaluator.evaluate(mapped, at(1))).isSameAs(evaluator.evaluate(mapped, at(1)));
    assertThat(streams.computed).containsExactly(at(1));
  }

  @Test
  void aWindowShowsThePastDatasetsOfItsParent() throws Exception {
    StreamNode mapped = streams.map(input);
    StreamNode window = streams.window(mapped, 3, 1);
    streams.output(window);
    start(Optional.empty());
    run(1);
    assertThat(records(window, 1)).containsExactly(1L);
    run(2);
    run(3);
    assertThat(records(window, 3)).containsExactly(1L, 2L, 3L);
    run(4);

    assertThat(records(window, 4)).containsExactly(2L, 3L, 4L);
    assertThat(streams.computed).containsExactly(at(1), at(2), at(3), at(4));
  }

  @Test
  void aWindowWithASlideHasDatasetsAtItsTimesOnly() throws Exception {
    StreamNode window = streams.window(input, 3, 2);
    StreamNode counted = streams.map(window);
    streams.output(counted);
    start(Optional.empty());
    for (int batch = 1; batch <= 5; batch++) {
      run(batch);
      assertThat(before.outputs).hasSize(batch % 2 == 0 ? 1 : 0);
    }
    run(6);

    assertThat(records(counted, 6)).containsExactly(4L, 5L, 6L);
    assertThat(evaluator.dataset(window, at(5))).isEmpty();
  }

  @Test
  void parentsOfOverlappingWindowsAreKeptAsLongAsTheWindowReachesBack() throws Exception {
    StreamNode mapped = streams.map(input);
    streams.output(streams.window(mapped, 3, 1));
    start(Optional.empty());
    for (int batch = 1; batch <= 10; batch++) {
      run(batch);
      assertThat(kept.size()).isEqualTo(Math.min(batch, 3));
    }
    assertThat(kept.storageLevel(evaluator.evaluate(mapped, at(10))))
        .isEqualTo(StorageLevel.MEMORY_ONLY_SER);
  }

  @Test
  void whatIsAskedOfAWindowIsDoneForTheStreamThatItShows() throws Exception {
    StreamNode mapped = streams.map(input);
    StreamNode window = streams.window(mapped, 3, 1);
    streams.persist(window, StorageLevel.DISK_ONLY);
    streams.output(window);
    start(Optional.empty());
    run(1);

    assertThat(kept.storageLevel(evaluator.evaluate(mapped, at(1))))
        .isEqualTo(StorageLevel.DISK_ONLY);
  }

  @Test
  void aDatasetThatSeveralTimesShareIsGivenUpByTheLast() throws Exception {
    RddNode shared =
        new NarrowNode(
            new CollectionNode(List.of(List.of("reference"))),
            Operator.VALUES,
            null,
            false,
            "reference");
    StreamNode derived = streams.derived(input, (parents, time) -> shared);
    streams.output(streams.window(derived, 2, 1));
    start(Optional.empty());
    for (int batch = 1; batch <= 5; batch++) {
      run(batch);
      assertThat(kept.size()).isEqualTo(1);
    }
  }

  @Test
  void stateGoesFromTheVersionOfTheLastCompletedBatch() throws Exception {
    StatefulStreamNode state = streams.state(input);
    streams.output(state);
    start(Optional.empty());
    run(1);
    assertThat(version(state, 1).previous()).isEmpty();
    run(2);
    assertThat(version(state, 2).previous()).contains(new Time(at(1)));
    before.state = State.SKIPPED;
    run(3);

    assertThat(version(state, 3).previous()).contains(new Time(at(1)));
    assertThat(version(state, 3).identity().zeroTime()).isEqualTo(new Time(ZERO_MS));
  }

  @Test
  void aBatchThatRunsAgainStartsFromTheSameVersionWithNewDatasets() throws Exception {
    StatefulStreamNode state = streams.state(streams.map(input));
    streams.output(state);
    start(Optional.empty());
    run(1);
    run(2);
    StateNode first = version(state, 2);
    runAgain();

    assertThat(version(state, 2)).isNotSameAs(first);
    assertThat(version(state, 2).previous()).contains(new Time(at(1)));
    assertThat(streams.computed).containsExactly(at(1), at(2), at(2));
  }

  @Test
  void aSkippedBatchIsEmptyInLaterWindows() throws Exception {
    StreamNode window = streams.window(streams.map(input), 3, 1);
    streams.output(window);
    start(Optional.empty());
    run(1);
    run(2);
    before.state = State.SKIPPED;
    run(3);

    assertThat(records(window, 3)).containsExactly(1L, 3L);
    run(4);
    assertThat(records(window, 4)).containsExactly(3L, 4L);
  }

  @Test
  void stateAdvancesThoughNoOutputIsDue() throws Exception {
    StatefulStreamNode state = streams.state(input);
    streams.output(streams.window(state, 2, 2));
    start(Optional.empty());
    run(1);

    assertThat(before.outputs).isEmpty();
    assertThat(evaluator.computedAlways()).containsExactly(version(state, 1));
    assertThat(kept.storageLevel(version(state, 1))).isEqualTo(StorageLevel.MEMORY_AND_DISK_SER);
  }

  @Test
  void stateThatNobodyLooksBackAtIsNotCopied() throws Exception {
    StatefulStreamNode state = streams.state(input);
    streams.persist(state, StorageLevel.MEMORY_ONLY);
    streams.output(state);
    start(Optional.empty());
    run(1);

    assertThat(evaluator.computedAlways()).hasSize(1);
    assertThat(kept.size()).isZero();
  }

  @Test
  void snapshotsThatAWindowReadsAreCopiedInEachBatch() throws Exception {
    StatefulStreamNode state = streams.state(input);
    StreamNode snapshots = streams.snapshots(state);
    streams.output(streams.window(snapshots, 4, 2));
    start(Optional.empty());
    run(1);

    List<RddNode> always = evaluator.computedAlways();
    assertThat(always).hasSize(2);
    assertThat(always.get(1)).isInstanceOf(StateViewNode.class);
    assertThat(kept.storageLevel(always.get(1))).isEqualTo(StorageLevel.MEMORY_AND_DISK_SER);
  }

  @Test
  void rememberedDatasetsCanBeReadAndOlderOnesAreNamed() throws Exception {
    StreamNode mapped = streams.map(input);
    streams.output(mapped);
    start(Optional.of(new Duration(2_000)));
    for (int batch = 1; batch <= 5; batch++) {
      run(batch);
    }

    assertThat(SourceRecords.of(evaluator.dataset(mapped, at(3)).orElseThrow()))
        .containsExactly(3L);
    assertThat(evaluator.dataset(mapped, ZERO_MS)).isEmpty();
    assertThatThrownBy(() -> evaluator.dataset(mapped, at(2)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("remember");
    assertThatThrownBy(() -> evaluator.dataset(mapped, at(6))).hasMessageContaining("newest");
    assertThatThrownBy(() -> evaluator.dataset(streams.map(input), at(5)))
        .hasMessageContaining("no output needs it");
  }

  @Test
  void aFunctionThatGivesNullIsNamed() throws Exception {
    StreamNode broken = streams.derived(input, (parents, time) -> null);
    streams.output(broken);
    start(Optional.empty());

    assertThatThrownBy(() -> run(1))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NULL_RDD));
  }

  private void start(Optional<Duration> remember) {
    graph = streams.graph(remember);
    evaluator = new StreamEvaluator(graph, new StreamRetention(graph), kept);
  }

  /** Begins a batch with one record, its number, and asks for all that it must compute. */
  private void run(int number) throws Exception {
    Batch batch = Streams.batch(number, ZERO_MS, graph);
    if (before != null && before.state != State.SKIPPED) {
      before.state = State.COMPLETED;
    }
    evaluator.begin(batch, before);
    before = batch;
    evaluate();
  }

  private void runAgain() throws Exception {
    evaluator.begin(before, before);
    evaluate();
  }

  private void evaluate() throws Exception {
    for (Output output : before.outputs) {
      evaluator.evaluate(output.parent(), before.timeMs);
    }
    evaluator.computedAlways();
  }

  private List<Long> records(StreamNode stream, int batch) throws Exception {
    return SourceRecords.of(evaluator.evaluate(stream, at(batch)));
  }

  private StateNode version(StreamNode stream, int batch) throws Exception {
    return (StateNode) evaluator.evaluate(stream, at(batch));
  }

  private static long at(long batch) {
    return ZERO_MS + batch * Streams.INTERVAL_MS;
  }
}
