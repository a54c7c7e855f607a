package org.millrace.am.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.am.dataset.Residents;
import org.millrace.am.dataset.StateHome;
import org.millrace.am.dataset.StateRecovery.LostState;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Time;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StoreTarget;

/** What one job reads of that which executors keep. Owned by the thread that plans. */
final class ResidentInputs {
  private final Residents residents;
  private final Places places;
  private final long committedMs;

  /** Computed again although it may be kept; null for none. */
  private final StateNode replayed;

  /** By state and partition. */
  private final Map<Integer, State[]> states = new HashMap<>();

  private final Set<Integer> executors = new TreeSet<>();

  /** Where the job has the state of a partition; the version there, -1 when none was applied. */
  private record State(int place, long versionMs) {}

  private ResidentInputs(
      Residents residents, Places places, long committedMs, StateNode replayedOrNull) {
    this.committedMs = committedMs;
    this.residents = residents;
    this.places = places;
    this.replayed = replayedOrNull;
  }

  static ResidentInputs of(Residents residents, Places places, long committedMs) {
    return new ResidentInputs(residents, places, committedMs, null);
  }

  /** Of a job that computes the version of a state again. */
  static ResidentInputs ofReplay(
      Residents residents, Places places, long committedMs, StateNode state) {
    return new ResidentInputs(residents, places, committedMs, state);
  }

  boolean isPersisted(RddNode node) {
    return !residents.datasets().level(node).equals(StorageLevel.NONE);
  }

  /** The executors that keep a partition, which the job depends on from now on. */
  List<Integer> holders(Part part) {
    if (part.node() == replayed) {
      return List.of();
    }
    List<Integer> holders = residents.datasets().holders(part.node(), part.index());
    executors.addAll(holders);
    return holders;
  }

  StoreTarget storeTarget(Part part) {
    StorageLevel level = residents.datasets().level(part.node());
    return StoreTarget.newBuilder()
        .setDatasetId(part.node().id())
        .setPartition(part.index())
        .setUseMemory(level.useMemory())
        .setUseDisk(level.useDisk())
        .setDeserialized(level.deserialized())
        .setReplication(level.replication())
        .build();
  }

  /** The number of the place where the state of a partition is, or will be. */
  int placeOf(Part state) {
    return state(stateOf(state.node()), state.index()).place;
  }

  /** Whether the batch of a state node was applied to its state already. */
  boolean isApplied(Part state) {
    StateNode node = stateOf(state.node());
    return state(node, state.index()).versionMs == node.batchTime().milliseconds();
  }

  static boolean isState(RddNode node) {
    return node instanceof StateNode || node instanceof StateViewNode;
  }

  static StateNode stateOf(RddNode node) {
    return node instanceof StateViewNode view ? view.state() : (StateNode) node;
  }

  /** Whether a partition needs no task to be there: it is kept, or its batch is applied. */
  boolean isThere(Part part) {
    if (isPersisted(part.node())) {
      return !holders(part).isEmpty();
    }
    return isState(part.node()) && isApplied(part);
  }

  StateInput.Builder stateInput(StateNode node, int partition) {
    StateNode.StateIdentity identity = node.identity();
    return StateInput.newBuilder()
        .setStateId(identity.stateId())
        .setPartition(partition)
        .setVersionMs(node.batchTime().milliseconds())
        .setPreviousMs(previousMs(node))
        .setZeroMs(identity.zeroTime().milliseconds())
        .setCommittedMs(committedMs);
  }

  /** The executors that have something that the job reads. */
  Set<Integer> executors() {
    return executors;
  }

  /** Looked up once for a job, so that all its tasks mean the same executor. */
  private State state(StateNode node, int partition) {
    int stateId = node.identity().stateId();
    State[] known =
        states.computeIfAbsent(
            stateId, id -> new State[node.identity().partitioner().numPartitions()]);
    if (known[partition] == null) {
      known[partition] = lookUp(node, stateId, partition);
    }
    return known[partition];
  }

  private static long previousMs(StateNode node) {
    return node.previous().map(Time::milliseconds).orElse(-1L);
  }

  private State lookUp(StateNode node, int stateId, int partition) {
    Optional<StateHome> home = residents.states().home(stateId, partition);
    boolean isMissing = home.isEmpty() || home.get().lost();
    if (isMissing && node.previous().isEmpty()) {
      return new State(places.aligned(partition), -1);
    }
    if (isMissing || home.get().versionMs() < previousMs(node)) {
      home =
          Optional.of(
              residents
                  .recovery()
                  .recover(
                      new LostState(
                          node.description(),
                          stateId,
                          partition,
                          node.previous().get().milliseconds(),
                          home.map(StateHome::executorId).orElse(-1))));
    }
    executors.add(home.get().executorId());
    return new State(places.at(home.get().executorId()), home.get().versionMs());
  }
}
