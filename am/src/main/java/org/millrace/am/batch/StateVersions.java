package org.millrace.am.batch;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.millrace.am.snapshot.StateLineage;
import org.millrace.api.Partitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.Combining;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateNode.StateIdentity;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.streaming.Time;

/**
 * The versions of the state of each stream: a batch goes from the version of the last one that was
 * completed. Used under the evaluator's lock.
 */
final class StateVersions {
  private static final class Versions {
    final StateIdentity identity;
    Optional<Time> completed = Optional.empty();

    /** The version that the batch which runs now computes. */
    Optional<Time> open = Optional.empty();

    Versions(StateIdentity identity) {
      this.identity = identity;
    }
  }

  private final Map<StatefulStreamNode, Versions> versions = new HashMap<>();

  /** Keeps nothing unless it is told to. */
  private StateLineage lineage = new StateLineage();

  /** The state after a batch, computed from its arranged input. */
  StateNode version(StatefulStreamNode stream, RddNode parent, Time zero, Time batchTime) {
    Versions known = versions(stream, zero);
    known.open = Optional.of(batchTime);
    StateIdentity identity = known.identity;
    StateNode node =
        new StateNode(
            identity,
            stream.operation().arranged(parent, identity.partitioner(), stream.description()),
            known.completed.isPresent()
                ? Optional.empty()
                : stream.placedInitial(identity.partitioner()),
            batchTime,
            known.completed,
            stream.description());
    lineage.add(node);
    return node;
  }

  /** Who keeps how versions are computed. */
  void lineage(StateLineage keeper) {
    lineage = keeper;
  }

  /**
   * A state is there already, restored from a snapshot; before the first batch. The lineage begins
   * with it: a snapshot has it though no batch changes it, and it comes back when it is lost.
   */
  void restored(StatefulStreamNode stream, Time zero, Time version) {
    Versions known = versions(stream, zero);
    known.completed = Optional.of(version);
    lineage.add(
        new StateNode(
            known.identity,
            new EmptyNode(),
            Optional.empty(),
            version,
            // Only a snapshot has it: it is never computed.
            Optional.of(version),
            stream.description()));
  }

  /** What was restored is the state after this batch. */
  void restored(long batchMs) {
    lineage.onCompleted(batchMs);
  }

  /** What a batch that was skipped has of the stream: nothing, placed as the state is. */
  RddNode nothing(StatefulStreamNode stream, Time zero) {
    return new ShuffleNode(
        new EmptyNode(),
        versions(stream, zero).identity.partitioner(),
        new Combining.None(),
        stream.description());
  }

  /** The batch that ran is completed: the next one goes on from its versions. */
  void onCompleted(long batchMs) {
    lineage.onCompleted(batchMs);
    for (Versions stream : versions.values()) {
      if (stream.open.isPresent()) {
        stream.completed = stream.open;
        stream.open = Optional.empty();
      }
    }
  }

  /** The batch that ran is run again, or skipped: the next one goes on from those before it. */
  void onGivenUp(long batchMs) {
    lineage.onGivenUp(batchMs);
    versions.values().forEach(stream -> stream.open = Optional.empty());
  }

  private Versions versions(StatefulStreamNode stream, Time zero) {
    Versions known = versions.get(stream);
    if (known == null) {
      Partitioner partitioner = stream.partitioner().get();
      if (partitioner == null) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            stream.description() + " has state, but its partitioner is null; give a partitioner");
      }
      known = new Versions(new StateIdentity(stream.id(), stream.operation(), partitioner, zero));
      versions.put(stream, known);
    }
    return known;
  }
}
