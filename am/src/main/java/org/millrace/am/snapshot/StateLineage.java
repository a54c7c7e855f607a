package org.millrace.am.snapshot;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.millrace.api.graph.StateNode;

/**
 * How the versions of all states since the recovery point are computed: the lineage, no data.
 * Thread-safe: the thread that runs batches adds, threads that plan read, the driver loop forgets.
 */
public final class StateLineage {
  /** By batch, then by state, parents first. */
  @GuardedBy("this")
  private final NavigableMap<Long, NavigableMap<Integer, StateNode>> nodes = new TreeMap<>();

  @GuardedBy("this")
  private boolean isKept;

  @GuardedBy("this")
  private long completedMs = -1;

  /** From here on nodes are kept; before, nothing is. */
  public synchronized void keep() {
    isKept = true;
  }

  /** The batch that runs computes this version; it takes the place of one of an earlier run. */
  public synchronized void add(StateNode node) {
    if (isKept) {
      nodes
          .computeIfAbsent(node.batchTime().milliseconds(), added -> new TreeMap<>())
          .put(node.identity().stateId(), node);
    }
  }

  /** The versions of a batch are complete. */
  public synchronized void onCompleted(long batchMs) {
    completedMs = Math.max(completedMs, batchMs);
  }

  /** The versions of a batch count for nothing. */
  public synchronized void onGivenUp(long batchMs) {
    nodes.remove(batchMs);
  }

  /** Versions up to this one are never computed again, but for the newest of each state. */
  synchronized void forgetUntil(long versionMs) {
    Map<Integer, StateNode> newest = versionsAt(versionMs);
    NavigableMap<Long, NavigableMap<Integer, StateNode>> old = nodes.headMap(versionMs, true);
    old.values().forEach(states -> states.values().removeIf(node -> !newest.containsValue(node)));
    old.values().removeIf(Map::isEmpty);
  }

  /** The newest version of each state at the end of a batch that is complete. */
  synchronized Map<Integer, StateNode> versionsAt(long batchMs) {
    Map<Integer, StateNode> newest = new TreeMap<>();
    nodes.headMap(batchMs, true).values().forEach(newest::putAll);
    return newest;
  }

  /** The newest batch whose versions are complete; -1 for none. */
  synchronized long completedMs() {
    return completedMs;
  }

  /** The newest complete version of each state. */
  synchronized Map<Integer, StateNode> completed() {
    return versionsAt(completedMs);
  }

  /** Complete versions after a batch, in the order in which they were computed. */
  synchronized List<StateNode> since(long batchMs) {
    List<StateNode> since = new ArrayList<>();
    nodes
        .subMap(batchMs, false, Math.max(batchMs, completedMs), true)
        .values()
        .forEach(states -> since.addAll(states.values()));
    return since;
  }
}
