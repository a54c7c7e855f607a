package org.millrace.am.dataset;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.millrace.runner.wire.proto.FinishedStates;
import org.millrace.runner.wire.proto.StateVersion;

/**
 * The home and the version of each partition of keyed state. Thread-safe: plans read it on their
 * threads, executors are heard on the driver loop.
 */
public final class StateRegistry {
  @GuardedBy("this")
  private final Map<Integer, StateHome[]> homes = new HashMap<>();

  /**
   * State that another executor has become the home of.
   *
   * @param executorId the one before
   */
  public record Stale(int executorId, StateVersion state) {}

  /** Where the state of a partition is; empty when no batch was applied to it yet. */
  public synchronized Optional<StateHome> home(int stateId, int partition) {
    StateHome[] known = homes.get(stateId);
    return known == null || partition >= known.length
        ? Optional.empty()
        : Optional.ofNullable(known[partition]);
  }

  /**
   * An executor has these states at these versions.
   *
   * @return copies that are of no use any more
   */
  public synchronized List<Stale> onApplied(int executorId, List<StateVersion> states) {
    List<Stale> stale = new ArrayList<>(0);
    for (StateVersion state : states) {
      apply(executorId, state.getStateId(), state.getPartition(), state.getVersionMs(), stale);
    }
    return stale;
  }

  /** The same of several partitions of one state. */
  public synchronized List<Stale> onApplied(int executorId, FinishedStates states) {
    List<Stale> stale = new ArrayList<>(0);
    for (int i = 0; i < states.getPartitionsCount(); i++) {
      apply(executorId, states.getStateId(), states.getPartitions(i), states.getVersionMs(), stale);
    }
    return stale;
  }

  @GuardedBy("this")
  private void apply(
      int executorId, int stateId, int partition, long versionMs, List<Stale> stale) {
    StateHome[] known = homes.get(stateId);
    if (known == null || partition >= known.length) {
      int length = Math.max(partition + 1, known == null ? 0 : 2 * known.length);
      known = known == null ? new StateHome[length] : Arrays.copyOf(known, length);
      homes.put(stateId, known);
    }
    StateHome before = known[partition];
    known[partition] = new StateHome(executorId, versionMs, false);
    if (before != null && before.executorId() != executorId && !before.lost()) {
      stale.add(
          new Stale(
              before.executorId(),
              StateVersion.newBuilder()
                  .setStateId(stateId)
                  .setPartition(partition)
                  .setVersionMs(versionMs)
                  .build()));
    }
  }

  /** Whether state lives there. */
  public synchronized boolean isHome(int executorId) {
    for (StateHome[] known : homes.values()) {
      for (StateHome home : known) {
        if (home != null && home.executorId() == executorId && !home.lost()) {
          return true;
        }
      }
    }
    return false;
  }

  synchronized void onExecutorLost(int executorId) {
    for (StateHome[] known : homes.values()) {
      for (int i = 0; i < known.length; i++) {
        if (known[i] != null && known[i].executorId() == executorId) {
          known[i] = new StateHome(executorId, known[i].versionMs(), true);
        }
      }
    }
  }
}
