package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Partitioner;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function4;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.ConcatNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.JobAction;
import org.millrace.api.streaming.Time;

/** Keyed state by hand-made graphs on an engine of two slots. */
class LocalStateTest {
  private static final Partitioner THREE = new HashPartitioner(3);
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final AtomicInteger FAILURES = new AtomicInteger();
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;
  private static final Function4<
          Time,
          Object,
          List<Object>,
          org.millrace.api.Optional<Object>,
          org.millrace.api.Optional<Object>>
      RUNNING_SUM =
          (time, key, values, state) -> {
            CALLS.incrementAndGet();
            if (FAILURES.getAndDecrement() > 0) {
              throw new IllegalStateException("a fault of the test");
            }
            int sum = (Integer) state.orElse(0);
            for (Object value : values) {
              sum += (Integer) value;
            }
            return org.millrace.api.Optional.of(sum);
          };

  private static Engine engine;
  private static int nextStateId;

  private final int stateId = nextStateId++;

  @BeforeAll
  static void open() {
    engine =
        new LocalEngineProvider()
            .open(new StreamingConf().setMaster("local[2]").setAppName("state"));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @Test
  void aBatchIsAppliedOnceHoweverOftenItIsRead() {
    StateNode first = state("a 1 b 2 a 3", 1_000, -1);
    CALLS.set(0);

    assertThat(collect(first)).containsExactly(List.of(), pairsOf("a 4"), pairsOf("b 2"));
    assertThat(collect(new StateViewNode(first, "view")))
        .containsExactly(List.of(), pairsOf("a 4"), pairsOf("b 2"));
    assertThat(engine.runJob(first, new JobAction.Count(), 0, 3)).containsExactly(0L, 1L, 1L);
    assertThat(CALLS).hasValue(2);

    assertThat(collect(state("b 5 c 1", 2_000, 1_000)))
        .containsExactly(pairsOf("c 1"), pairsOf("a 4"), pairsOf("b 7"));
    assertThat(CALLS).hasValue(5);
  }

  @Test
  void aFailedAttemptAndABatchThatIsRunAgainSeeTheStateBefore() {
    collect(state("a 1", 1_000, -1));
    FAILURES.set(2);
    assertThat(collect(state("a 1 b 1", 2_000, 1_000)))
        .containsExactly(List.of(), pairsOf("a 2"), pairsOf("b 1"));
    FAILURES.set(0);

    // The batch of 2,000 was not committed; the next one is made from the version before it.
    assertThat(collect(state("a 10", 3_000, 1_000)))
        .containsExactly(List.of(), pairsOf("a 11"), List.of());
  }

  @Test
  void aTakeAndAMaterializationChangeTheWholeState() {
    assertThat(engine.runJob(state("a 1 d 1 g 1", 1_000, -1), new JobAction.Take(1), 1, 2).get(0))
        .hasSize(1);
    engine.runJob(state("a 1 d 1 g 1", 1_000, -1), new JobAction.Materialize(), 0, 3);
    StateNode next = state("a 1", 2_000, 1_000);
    CALLS.set(0);
    engine.runJob(next, new JobAction.Materialize(), 0, 3);
    int calls = CALLS.get();
    engine.runJob(next, new JobAction.Materialize(), 0, 3);

    assertThat(CALLS).hasValue(calls);
    assertThat(collect(next)).containsExactly(List.of(), pairsOf("a 2 d 1 g 1"), List.of());
  }

  @Test
  void stateIsCombinedAndCoalescedWhereItIs() {
    StateNode state = state("a 1 b 2 c 3", 1_000, -1);
    RddNode view = new StateViewNode(state, "view");
    RddNode both = ConcatNode.aligned(List.of(state, view), Optional.of(THREE), "union");
    RddNode doubled = new ShuffleNode(both, THREE, Combining.Combine.reduce(SUM), "reduceByKey");
    RddNode inOne =
        new ConcatNode(
            List.of(doubled),
            List.of(
                List.of(
                    new ConcatNode.Piece(0, 2),
                    new ConcatNode.Piece(0, 0),
                    new ConcatNode.Piece(0, 1))),
            Optional.empty(),
            "coalesce");

    assertThat(collect(inOne)).containsExactly(pairsOf("b 4 c 6 a 2"));
  }

  @Test
  void stateThatNobodyHasIsLost() {
    assertThatThrownBy(() -> collect(state("a 1", 2_000, 1_000)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STATE_LOST))
        .hasMessageContaining("updateStateByKey");
  }

  private StateNode state(String pairs, long batchMs, long previousMs) {
    StateOperation operation = new StateOperation.UpdateByKey(RUNNING_SUM);
    RddNode batch = new CollectionNode(List.of(pairsOf(pairs)));
    return new StateNode(
        new StateNode.StateIdentity(stateId, operation, THREE, new Time(0)),
        operation.arranged(batch, THREE, "updateStateByKey"),
        Optional.empty(),
        new Time(batchMs),
        previousMs < 0 ? Optional.empty() : Optional.of(new Time(previousMs)),
        "updateStateByKey");
  }

  private static List<Object> pairsOf(String text) {
    String[] parts = text.split(" ");
    List<Object> pairs = new ArrayList<>();
    for (int i = 0; i < parts.length; i += 2) {
      pairs.add(new Tuple2<>(parts[i], Integer.parseInt(parts[i + 1])));
    }
    return pairs;
  }

  private static List<List<Object>> collect(RddNode rdd) {
    return engine.runJob(rdd, new JobAction.Collect(), 0, rdd.partitionCount());
  }
}
