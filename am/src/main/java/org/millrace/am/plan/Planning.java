package org.millrace.am.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.millrace.am.plan.JobPlan.PlannedShuffle;
import org.millrace.am.plan.TaskDraft.Drafted;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.spi.JobAction;

/**
 * One job while it is planned: its stages, its shuffles, and which of them a task reads. Owned by
 * the thread that plans.
 */
final class Planning {
  private final PipelineBuilder pipelines;
  private final Places places;
  private final ResidentInputs inputs;
  private final PipePlanner pipes;
  private final ShuffleReaders readers;
  private final List<PlannedTask> tasks = new ArrayList<>();
  private final List<PlannedShuffle> shuffles = new ArrayList<>();
  private final Map<ShuffleNode, Exchange> exchanges = new IdentityHashMap<>();
  private final Map<Part, Exchange> moves = new HashMap<>();
  private int nextStage;

  Planning(Shipping shipping, PipelineBuilder pipelines, ResidentInputs inputs, Places places) {
    this.pipelines = pipelines;
    this.places = places;
    this.inputs = inputs;
    this.pipes = new PipePlanner(shipping, inputs, places, this);
    this.readers = new ShuffleReaders(inputs, places, this);
  }

  JobPlan plan(RddNode rdd, JobAction<?> action, int from, int until, IntPredicate wanted) {
    List<Drafted> drafts = new ArrayList<>();
    for (int partition = from; partition < until; partition++) {
      if (!wanted.test(partition)) {
        continue;
      }
      if (!(action instanceof JobAction.Materialize) || !inputs.isThere(new Part(rdd, partition))) {
        drafts.add(draft(new Part(rdd, partition)));
      }
    }
    addStage(
        drafts,
        SinkShape.Result.of(action),
        new End(-1, from, SinkShape.Result.argument(action, rdd.partitionCount())),
        rdd.description());
    return new JobPlan(
        rdd.description(), tasks, shuffles, places.all(), inputs.executors(), until - from);
  }

  /** The shuffle that brings a partition to a place, planned if there is none. */
  int shuffleTo(int place, ShuffleNode shuffle, int partition) {
    return exchanges
        .computeIfAbsent(shuffle, node -> new Exchange(places, node.partitionCount()))
        .shuffleTo(place, partition, () -> planShuffle(shuffle));
  }

  /** The shuffle whose only partition brings state from its home to a place. */
  int moveTo(int place, Part state) {
    return moves
        .computeIfAbsent(state, part -> new Exchange(places, 1))
        .shuffleTo(place, 0, () -> planMove(state));
  }

  private int planShuffle(ShuffleNode shuffle) {
    RddNode parent = shuffle.parent();
    int mapCount = parent.partitionCount();
    List<Drafted> drafts = new ArrayList<>(mapCount);
    for (int partition = 0; partition < mapCount; partition++) {
      drafts.add(draft(new Part(parent, partition)));
    }
    int shuffleId = shuffles.size();
    shuffles.add(new PlannedShuffle(shuffleId, drafts.size(), shuffle.partitionCount()));
    addMapStage(drafts, SinkShape.ShuffleWrite.of(shuffle, shuffleId), shuffle.description());
    return shuffleId;
  }

  private int planMove(Part state) {
    TaskDraft draft = new TaskDraft();
    draft.place = inputs.placeOf(state);
    Drafted drafted = draft.done(0, pipes.stateAtHome(state, draft));
    int shuffleId = shuffles.size();
    shuffles.add(new PlannedShuffle(shuffleId, 1, 1));
    addMapStage(
        List.of(drafted), SinkShape.ShuffleWrite.toOnePlace(shuffleId), state.node().description());
    return shuffleId;
  }

  private Drafted draft(Part part) {
    Drafted known = readers.draftOrNull(part);
    if (known != null) {
      return known;
    }
    TaskDraft draft = new TaskDraft();
    draft.place = pipes.placeOf(part);
    Drafted drafted = draft.done(part.index(), pipes.pipe(part, draft));
    readers.note(part, drafted);
    return drafted;
  }

  private void addMapStage(List<Drafted> drafts, SinkShape.ShuffleWrite sink, String description) {
    addStage(drafts, sink, new End(sink.shuffleId(), -1, ""), description);
  }

  /**
   * What is different in the tasks of a stage that write a shuffle and of those that give results.
   *
   * @param writesShuffle or -1
   * @param firstResult the partition of the first result, or -1
   */
  private record End(int writesShuffle, int firstResult, String argument) {
    int result(int partition) {
      return firstResult < 0 ? -1 : partition - firstResult;
    }
  }

  /** Numbers a stage after all stages that it reads. */
  @SuppressWarnings("ReferenceEquality") // most are the same object, and equality walks the shape
  private void addStage(List<Drafted> drafts, SinkShape sink, End end, String description) {
    int stage = nextStage++;
    PipeShape shape = null;
    Pipeline pipeline = null;
    for (Drafted draft : drafts) {
      if (draft.shape() != shape && !draft.shape().equals(shape)) {
        shape = draft.shape();
        pipeline = pipelines.pipeline(shape, sink, description);
      }
      tasks.add(
          new PlannedTask(
              stage,
              draft.partition(),
              pipeline,
              draft.input(),
              end.writesShuffle(),
              end.result(draft.partition()),
              end.argument()));
    }
  }
}
