package org.millrace.am.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.millrace.am.plan.Graphs.aligned;
import static org.millrace.am.plan.Graphs.grouped;
import static org.millrace.am.plan.Graphs.inOne;
import static org.millrace.am.plan.Graphs.indexed;
import static org.millrace.am.plan.Graphs.pairs;
import static org.millrace.am.plan.Graphs.placed;
import static org.millrace.am.plan.Graphs.reduced;
import static org.millrace.am.plan.Graphs.state;
import static org.millrace.am.plan.Graphs.values;
import static org.millrace.am.plan.Graphs.zipped;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.am.dataset.Residents;
import org.millrace.am.plan.PlannedInput.ShuffleRead;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.spi.JobAction;
import org.millrace.api.storage.StorageLevel;
import org.millrace.runner.wire.proto.ConcatPiece;
import org.millrace.runner.wire.proto.OperatorSpec;
import org.millrace.runner.wire.proto.Pipe;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.SourceSpec;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.StoredPartition;
import org.millrace.runner.wire.proto.Template;

class PipePlannerTest {
  private final FakeShipping shipping = new FakeShipping();
  private final Residents residents = Residents.none();
  private final Planner planner = new Planner(shipping, residents, () -> 500);
  private int[] slots = {1, 2};

  // ---- in place

  @Test
  void aReduceOverItsOwnPartitionerFoldsInPlace() {
    JobPlan plan = plan(reduced(values(reduced(pairs(3)))));

    assertThat(plan.shuffles()).hasSize(1);
    SourceSpec source = result(plan, 0).pipeline().template().getSource();
    assertThat(source.getKind()).isEqualTo(SourceKind.FOLD);
    assertThat(source.getCombinedOnMapSide()).isFalse();
    assertThat(source.getChildren(0).getSource().getKind()).isEqualTo(SourceKind.SHUFFLE_COMBINE);
    assertThat(operators(source.getChildren(0).getOperatorsList())).containsExactly("MAP_VALUES");
    assertThat(result(plan, 1).input().tree().getFold().getChild().getShuffle().getPartition())
        .isEqualTo(1);
  }

  @Test
  void placingWhatIsInItsPlaceIsNothing() {
    Template template = result(plan(placed(values(placed(pairs(1))))), 0).pipeline().template();

    assertThat(template.getSource().getKind()).isEqualTo(SourceKind.SHUFFLE);
    assertThat(operators(template.getOperatorsList())).containsExactly("MAP_VALUES");
  }

  @Test
  void aCogroupOfPlacedDatasetsMovesNothing() {
    RddNode group = grouped(aligned(values(reduced(pairs(2))), values(placed(pairs(1)))));

    JobPlan plan = plan(group);

    SourceSpec source = result(plan, 0).pipeline().template().getSource();
    assertThat(source.getKind()).isEqualTo(SourceKind.GROUP_IN_PLACE);
    assertThat(source.getChildren(0).getSource().getChildrenList())
        .extracting(child -> child.getSource().getKind())
        .containsExactly(SourceKind.SHUFFLE_COMBINE, SourceKind.SHUFFLE);
    assertThat(result(plan, 1).input().reads())
        .containsExactly(new ShuffleRead(0, 1), new ShuffleRead(1, 1));
    assertThat(result(plan, 0).input().place()).isNotEqualTo(result(plan, 1).input().place());
  }

  @Test
  void piecesOfOneShapeShareAChild() {
    RddNode union = new UnionNode(List.of(values(pairs(2)), pairs(1)), "union");

    PlannedTask task = result(plan(inOne(union)), 0);

    assertThat(task.pipeline().template().getSource().getChildrenList())
        .extracting(Pipe::getOperatorsCount)
        .containsExactly(1, 0);
    assertThat(task.input().tree().getConcat().getPiecesList())
        .extracting(ConcatPiece::getChild)
        .containsExactly(0, 0, 1);
  }

  @Test
  void aConcatOfOnePieceIsThatPiece() {
    PlannedTask task = result(plan(inOne(reduced(pairs(1)))), 0);

    assertThat(task.pipeline().template().getSource().getKind()).isEqualTo(SourceKind.CONCAT);
    assertThat(result(plan(inOne(values(pairs(1)))), 0).pipeline().template().getSource().getKind())
        .isEqualTo(SourceKind.RECORDS);
  }

  // ---- places

  @Test
  void aReducePartitionThatIsNeededInTwoPlacesIsShuffledTwice() {
    RddNode sums = reduced(pairs(1));
    RddNode both = new UnionNode(List.of(sums, inOne(sums)), "union");

    JobPlan plan = plan(both);

    assertThat(plan.shuffles()).hasSize(2);
    assertThat(result(plan, 2).input().reads())
        .containsExactly(new ShuffleRead(0, 0), new ShuffleRead(1, 1));
    assertThat(placeOf(plan, 2)).isEqualTo(placeOf(plan, 0)).isNotEqualTo(placeOf(plan, 1));
  }

  @Test
  void onOneExecutorOneShuffleIsEnough() {
    slots = new int[] {1, 1};
    RddNode sums = reduced(pairs(1));

    JobPlan plan = plan(new UnionNode(List.of(sums, inOne(sums)), "union"));

    assertThat(plan.shuffles()).hasSize(1);
    assertThat(placeOf(plan, 2)).isEqualTo(placeOf(plan, 0)).isEqualTo(placeOf(plan, 1));
  }

  @Test
  void aTaskGoesToWhatIsKeptAndItsShuffleFollows() {
    RddNode reference = placed(pairs(2));
    residents.datasets().persist(reference, StorageLevel.MEMORY_ONLY);
    stored(2, reference, 0);
    stored(1, reference, 1);

    JobPlan plan = plan(zipped(reduced(pairs(1)), reference));

    assertThat(plan.shuffles()).hasSize(1);
    assertThat(placeOf(plan, 0).executorId()).isEqualTo(2);
    assertThat(placeOf(plan, 1).executorId()).isEqualTo(1);
    assertThat(plan.residents()).containsExactlyInAnyOrder(1, 2);
  }

  // ---- kept datasets

  @Test
  void keepsWhatPassesUntilItIsKeptAndThenReadsIt() {
    RddNode kept = values(pairs(2));
    residents.datasets().persist(kept, StorageLevel.MEMORY_AND_DISK_2);
    RddNode job = values(kept);

    PlannedTask first = result(plan(job), 0);
    assertThat(operators(first.pipeline().template().getOperatorsList()))
        .containsExactly("MAP_VALUES", "STORE", "MAP_VALUES");
    assertThat(first.input().stores())
        .containsExactly(
            StoreTarget.newBuilder()
                .setDatasetId(kept.id())
                .setPartition(0)
                .setUseMemory(true)
                .setUseDisk(true)
                .setDeserialized(true)
                .setReplication(2)
                .build());

    stored(2, kept, 0);
    JobPlan plan = plan(job);
    PlannedTask again = result(plan, 0);
    assertThat(again.pipeline().template().getSource().getKind()).isEqualTo(SourceKind.STORED);
    assertThat(operators(again.pipeline().template().getOperatorsList()))
        .containsExactly("MAP_VALUES");
    assertThat(again.input().tree().getStored().getHoldersList()).containsExactly(2);
    assertThat(again.input().locality().executors()).containsExactly(2);
    assertThat(result(plan, 1).input().stores()).hasSize(1);
  }

  @Test
  void namesStoresAndIndexesInTheOrderOfTheWalk() {
    RddNode inner = indexed(pairs(2));
    RddNode zipped = zipped(inner, pairs(2));
    residents.datasets().persist(inner, StorageLevel.MEMORY_ONLY);
    residents.datasets().persist(zipped, StorageLevel.DISK_ONLY);

    PlannedTask task = result(plan(inOne(indexed(zipped))), 0);

    assertThat(task.input().stores())
        .extracting(StoreTarget::getDatasetId)
        .containsExactly(inner.id(), zipped.id(), inner.id(), zipped.id());
    assertThat(task.input().stores())
        .extracting(StoreTarget::getPartition)
        .containsExactly(0, 0, 1, 1);
    assertThat(task.input().operatorPartitions()).containsExactly(0, 0, 1, 1);
  }

  @Test
  void theTemplatesOfTheNextBatchAreThoseOfThisOne() {
    RddNode today = values(reduced(pairs(1)));
    residents.datasets().persist(today, StorageLevel.MEMORY_ONLY);
    Pipeline first = result(plan(reduced(today)), 0).pipeline();
    int serialized = shipping.serialized;

    RddNode tomorrow = values(reduced(pairs(1)));
    residents.datasets().persist(tomorrow, StorageLevel.MEMORY_ONLY);

    assertThat(result(plan(reduced(tomorrow)), 0).pipeline()).isSameAs(first);
    assertThat(shipping.serialized).isEqualTo(serialized);
  }

  @Test
  void materializesOnlyWhatIsNotThere() {
    RddNode kept = reduced(pairs(1));
    residents.datasets().persist(kept, StorageLevel.MEMORY_ONLY);
    stored(1, kept, 0);

    JobPlan plan = planner.plan(kept, new JobAction.Materialize(), 0, 2, slots);
    assertThat(plan.tasks()).filteredOn(task -> task.result() >= 0).hasSize(1);
    assertThat(plan.resultCount()).isEqualTo(2);

    stored(1, kept, 1);
    assertThat(planner.plan(kept, new JobAction.Materialize(), 0, 2, slots).tasks()).isEmpty();
  }

  // ---- state

  @Test
  void theFirstVersionGoesWhereItsPartitionGoes() {
    JobPlan plan = plan(values(state(pairs(2), 1_000, -1)));

    PlannedTask task = result(plan, 1);
    SourceSpec source = task.pipeline().template().getSource();
    assertThat(source.getKind()).isEqualTo(SourceKind.STATE);
    assertThat(source.getChildren(0).getSource().getKind()).isEqualTo(SourceKind.SHUFFLE_GROUP);
    assertThat(task.input().tree().getState().getPreviousMs()).isEqualTo(-1);
    assertThat(task.input().tree().getState().getCommittedMs()).isEqualTo(500);
    assertThat(task.input().readsState()).isTrue();
    assertThat(placeOf(plan, 1)).isEqualTo(new JobPlan.Place(-1, 1));
  }

  @Test
  void theNextVersionGoesHomeAndItsInputFollows() {
    applied(2, 0, 1_000);
    applied(2, 1, 1_000);

    JobPlan plan = plan(state(pairs(2), 2_000, 1_000));

    assertThat(placeOf(plan, 0).executorId()).isEqualTo(2);
    assertThat(placeOf(plan, 1).executorId()).isEqualTo(2);
    assertThat(result(plan, 0).input().reads()).containsExactly(new ShuffleRead(0, 0));
    assertThat(plan.residents()).containsExactly(2);
  }

  @Test
  void aVersionThatIsAppliedReadsNoInput() {
    applied(1, 0, 2_000);
    applied(2, 1, 1_000);

    JobPlan plan = plan(new StateViewNode(state(pairs(2), 2_000, 1_000), "stateSnapshots"));

    assertThat(result(plan, 0).pipeline().template().getSource().getChildrenList()).isEmpty();
    assertThat(result(plan, 0).input().tree().getState().getChildrenList()).isEmpty();
    assertThat(result(plan, 0).pipeline().template().getSource().getState().getView()).isTrue();
    assertThat(result(plan, 1).pipeline().template().getSource().getChildrenList()).hasSize(1);
  }

  @Test
  void stateThatIsSomewhereElseIsMovedAsItIs() {
    applied(1, 0, 2_000);
    applied(2, 1, 2_000);
    StateNode state = state(pairs(2), 2_000, 1_000);

    JobPlan plan = plan(inOne(values(state)));

    PlannedTask moved = plan.tasks().get(0);
    assertThat(moved.pipeline().template().getSink().getPartitionCount()).isEqualTo(1);
    assertThat(moved.pipeline().template().getSource().getKind()).isEqualTo(SourceKind.STATE);
    assertThat(plan.places().get(moved.input().place()).executorId()).isEqualTo(2);
    PlannedTask result = result(plan, 0);
    assertThat(result.pipeline().template().getSource().getChildrenList())
        .extracting(child -> child.getSource().getKind())
        .containsExactly(SourceKind.STATE, SourceKind.SHUFFLE);
    assertThat(result.input().reads()).containsExactly(new ShuffleRead(0, 0));
    assertThat(placeOf(plan, 0).executorId()).isEqualTo(1);
  }

  @Test
  void twoStatesWithTheSameHomesAreJoinedWithoutMoving() {
    for (int partition = 0; partition < 2; partition++) {
      applied(2 - partition, partition, 2_000);
      residents.states().onApplied(2 - partition, List.of(version(8, partition, 2_000)));
    }
    RddNode both = aligned(state(pairs(1), 2_000, 1_000), state(8, pairs(1), 2_000, 1_000));

    JobPlan plan = plan(grouped(both));

    assertThat(plan.shuffles()).isEmpty();
    assertThat(placeOf(plan, 0).executorId()).isEqualTo(2);
  }

  @Test
  void stateWhoseHomeIsGoneIsLost() {
    applied(2, 0, 1_000);
    applied(1, 1, 1_000);
    residents.onExecutorLost(2);

    assertThatThrownBy(() -> plan(state(pairs(1), 2_000, 1_000)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STATE_LOST))
        .hasMessageContaining("updateStateByKey")
        .hasMessageContaining("executor 2");
  }

  @Test
  void aFirstVersionThatIsGoneIsComputedAgain() {
    applied(2, 0, 1_000);
    residents.onExecutorLost(2);

    JobPlan plan = plan(state(pairs(1), 1_000, -1));

    assertThat(placeOf(plan, 0)).isEqualTo(new JobPlan.Place(-1, 0));
    assertThat(plan.residents()).isEmpty();
  }

  @Test
  void stateThatIsAppliedIsNotMaterializedAgain() {
    applied(1, 0, 2_000);
    applied(2, 1, 1_000);
    StateNode state = state(pairs(2), 2_000, 1_000);

    JobPlan plan = planner.plan(state, new JobAction.Materialize(), 0, 2, slots);

    assertThat(plan.tasks())
        .filteredOn(task -> task.result() >= 0)
        .extracting(PlannedTask::partition)
        .containsExactly(1);
  }

  private JobPlan plan(RddNode rdd) {
    return planner.plan(rdd, new JobAction.Collect(), 0, rdd.partitionCount(), slots);
  }

  private static PlannedTask result(JobPlan plan, int result) {
    return plan.tasks().stream().filter(task -> task.result() == result).findFirst().orElseThrow();
  }

  private static JobPlan.Place placeOf(JobPlan plan, int result) {
    return plan.places().get(result(plan, result).input().place());
  }

  private static List<String> operators(List<OperatorSpec> operators) {
    return operators.stream().map(OperatorSpec::getOperator).toList();
  }

  private void stored(int executorId, RddNode node, int partition) {
    residents
        .datasets()
        .onStored(
            executorId,
            List.of(
                StoredPartition.newBuilder()
                    .setDatasetId(node.id())
                    .setPartition(partition)
                    .build()));
  }

  private void applied(int executorId, int partition, long versionMs) {
    residents.states().onApplied(executorId, List.of(version(7, partition, versionMs)));
  }

  private static StateVersion version(int stateId, int partition, long versionMs) {
    return StateVersion.newBuilder()
        .setStateId(stateId)
        .setPartition(partition)
        .setVersionMs(versionMs)
        .build();
  }
}
