package org.millrace.am.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.Residents;
import org.millrace.am.plan.PlannedInput.ShuffleRead;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFunction;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.spi.JobAction;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;

class PlannerTest {
  private static final Function<String, String> TRIM = String::trim;
  private static final PairFunction<String, String, Integer> ONE = word -> new Tuple2<>(word, 1);
  private static final Function2<Integer, Integer, Integer> SUM = Integer::sum;

  private final FakeShipping shipping = new FakeShipping();
  private final Planner planner = new Planner(shipping, Residents.none(), () -> -1);

  @Test
  void cutsTheGraphAtTheShuffle() {
    JobPlan plan = plan(counts(lines(3), 2), new JobAction.Collect(), 0, 2);

    assertThat(plan.shuffles()).containsExactly(new JobPlan.PlannedShuffle(0, 3, 2));
    assertThat(plan.tasks()).extracting(PlannedTask::stage).containsExactly(0, 0, 0, 1, 1);
    assertThat(plan.tasks())
        .extracting(PlannedTask::writesShuffle)
        .containsExactly(0, 0, 0, -1, -1);
    assertThat(plan.tasks())
        .extracting(task -> task.input().reads().size())
        .containsExactly(0, 0, 0, 1, 1);
    assertThat(plan.tasks()).extracting(PlannedTask::result).containsExactly(-1, -1, -1, 0, 1);
  }

  @Test
  void fusesNarrowOperatorsIntoOneTemplateForAllPartitions() {
    JobPlan plan = plan(counts(lines(3), 2), new JobAction.Collect(), 0, 2);

    Pipeline map = plan.tasks().get(0).pipeline();
    assertThat(plan.tasks().subList(0, 3)).extracting(PlannedTask::pipeline).containsOnly(map);
    assertThat(map.template().getOperatorsList())
        .extracting(operator -> operator.getOperator())
        .containsExactly("MAP", "MAP_TO_PAIR");
    assertThat(map.template().getSource().getKind()).isEqualTo(SourceKind.RECORDS);
    assertThat(map.template().getSink().getKind()).isEqualTo(SinkKind.SHUFFLE_WRITE);
    assertThat(map.template().getSink().getMapSideCombine()).isTrue();
  }

  @Test
  void sameFunctionsInAnotherBatchShipNothingNew() {
    Pipeline first =
        plan(counts(lines(1), 2), new JobAction.Collect(), 0, 2).tasks().get(0).pipeline();
    int serializedBefore = shipping.serialized;

    Pipeline second =
        plan(counts(lines(1), 2), new JobAction.Collect(), 0, 2).tasks().get(0).pipeline();

    assertThat(second).isSameAs(first);
    assertThat(shipping.serialized).isEqualTo(serializedBefore);
  }

  @Test
  void anotherNumberOfPartitionsIsAnotherTemplate() {
    JobPlan two = plan(counts(lines(1), 2), new JobAction.Collect(), 0, 2);
    JobPlan three = plan(counts(lines(1), 3), new JobAction.Collect(), 0, 3);

    assertThat(three.tasks().get(0).pipeline().template().getId())
        .isNotEqualTo(two.tasks().get(0).pipeline().template().getId());
  }

  @Test
  void aShuffleThatIsReadTwiceIsWrittenOnce() {
    RddNode counts = counts(lines(2), 2);
    RddNode both = new UnionNode(List.of(counts, counts), "union");

    JobPlan plan = plan(both, new JobAction.Count(), 0, 4);

    assertThat(plan.shuffles()).hasSize(1);
    assertThat(plan.tasks()).hasSize(2 + 4);
    assertThat(plan.tasks().subList(2, 6))
        .extracting(task -> task.input().reads())
        .containsExactly(
            List.of(new ShuffleRead(0, 0)),
            List.of(new ShuffleRead(0, 1)),
            List.of(new ShuffleRead(0, 0)),
            List.of(new ShuffleRead(0, 1)));
  }

  @Test
  void eachBranchOfAUnionHasItsOwnSourceAndTheSharedOperatorsBehind() {
    RddNode union = new UnionNode(List.of(lines(1), counts(lines(2), 2)), "union");
    RddNode mapped = new NarrowNode(union, Operator.MAP, TRIM, false, "map");

    JobPlan plan = plan(mapped, new JobAction.Collect(), 0, 3);

    List<PlannedTask> results = plan.tasks().stream().filter(task -> task.result() >= 0).toList();
    assertThat(results)
        .extracting(task -> task.pipeline().template().getSource().getKind())
        .containsExactly(
            SourceKind.RECORDS, SourceKind.SHUFFLE_COMBINE, SourceKind.SHUFFLE_COMBINE);
    assertThat(results).allMatch(task -> task.pipeline().template().getOperatorsCount() == 1);
  }

  @Test
  void partitionsOutsideOfTheRangeAreNotRunAndTheirShuffleNeither() {
    RddNode union = new UnionNode(List.of(lines(1), counts(lines(2), 2)), "union");

    JobPlan plan = plan(union, new JobAction.Take(5), 0, 1);

    assertThat(plan.shuffles()).isEmpty();
    assertThat(plan.tasks()).hasSize(1);
    assertThat(plan.tasks().get(0).argument()).isEqualTo("5");
  }

  @Test
  void theShapeOfALambdaIsTheMethodOfItsBody() {
    JobPlan plan = plan(counts(lines(1), 2), new JobAction.Collect(), 0, 2);

    assertThat(plan.tasks().get(0).pipeline().template().getOperators(1).getShape())
        .startsWith(PlannerTest.class.getName() + "::lambda$");
  }

  private JobPlan plan(RddNode rdd, JobAction<?> action, int from, int until) {
    return planner.plan(rdd, action, from, until, new int[] {1, 2});
  }

  private static RddNode lines(int partitions) {
    return new CollectionNode(Collections.nCopies(partitions, List.<Object>of("a b")));
  }

  private static RddNode counts(RddNode lines, int partitions) {
    RddNode trimmed = new NarrowNode(lines, Operator.MAP, TRIM, false, "map");
    RddNode pairs = new NarrowNode(trimmed, Operator.MAP_TO_PAIR, ONE, false, "mapToPair");
    return new ShuffleNode(
        pairs, new HashPartitioner(partitions), Combining.Combine.reduce(SUM), "reduceByKey");
  }
}
