package org.millrace.am.snapshot;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.millrace.am.dataset.DatasetRegistry;
import org.millrace.am.dataset.StateHome;
import org.millrace.am.dataset.StateRecovery;
import org.millrace.am.dataset.StateRecovery.LostState;
import org.millrace.am.dataset.StateRegistry;
import org.millrace.am.schedule.JobRunner;
import org.millrace.api.Partitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back the states of executors that are lost: they are restored from the newest snapshot,
 * and the batches since are applied to them alone. Views of them that later batches look back at
 * were lost with them, and are kept again on the way: then it begins from a snapshot before the
 * oldest one. Thread-safe; one thread at a time works, others wait for it.
 */
public final class StateReplay {
  private static final Logger LOG = LoggerFactory.getLogger(StateReplay.class);
  private static final int MOST_BEGINNINGS = 8;

  private final StateLineage lineage;
  private final StateRegistry states;
  private final DatasetRegistry datasets;
  private final SnapshotCoordinator snapshots;
  private final StateRestorer restorer;
  private final JobRunner jobs;
  private final JobRunner.Waiting waiting;
  private final Loop loop;
  private final Clock clock;

  /** A replay that has not brought anything back yet. */
  public StateReplay(
      StateLineage lineage,
      StateRegistry states,
      DatasetRegistry datasets,
      SnapshotCoordinator snapshots,
      StateRestorer restorer,
      JobRunner jobs,
      JobRunner.Waiting waiting,
      Loop loop,
      Clock clock) {
    this.lineage = lineage;
    this.states = states;
    this.datasets = datasets;
    this.snapshots = snapshots;
    this.restorer = restorer;
    this.jobs = jobs;
    this.waiting = waiting;
    this.loop = loop;
    this.clock = clock;
  }

  /**
   * Waits until a state is somewhere, at the version that is wanted or a later one that can be
   * rolled back to it.
   *
   * @throws MillraceException STATE_LOST when it cannot be brought back
   */
  public synchronized void bringBack(LostState lost) {
    for (int beginning = 1; ; beginning++) {
      Map<Integer, StateNode> wanted = lineage.completed();
      Map<Integer, Set<Integer>> missing = missing(wanted);
      if (!missing.getOrDefault(lost.stateId(), Set.of()).contains(lost.partition())) {
        if (isThere(lost)) {
          return;
        }
        StateRecovery.NONE.recover(lost);
      }
      Map<Integer, Set<Integer>> all = withConnected(wanted, missing);
      Optional<SnapshotTaken> snapshot = base(all);
      try {
        long begunMs = clock.nowMs();
        bringBack(wanted, all, snapshot);
        LOG.info("partitions of states {} are back after {} ms", missing, clock.nowMs() - begunMs);
        return;
      } catch (MillraceException failure) {
        // One that became durable meanwhile took files and lineage of the older one away.
        boolean mayPass =
            failure.code() == ErrorCode.STATE_VERSION_LOST || !base(all).equals(snapshot);
        if (!mayPass || beginning == MOST_BEGINNINGS) {
          throw failure;
        }
        LOG.info("state is restored again: {}", failure.getMessage());
      }
    }
  }

  /**
   * The newest snapshot before the first view that is kept nowhere any more and may be looked back
   * at. There is one: batches look back at what is behind the recovery point.
   */
  private Optional<SnapshotTaken> base(Map<Integer, Set<Integer>> all) {
    // In one turn of the loop, or the recovery point could pass the view.
    return onLoop(
        () -> snapshots.newestUntil(Math.min(lineage.completedMs(), firstLostViewMs(all) - 1)));
  }

  private long firstLostViewMs(Map<Integer, Set<Integer>> all) {
    return lineage.since(snapshots.recoveryPointMs()).stream()
        .filter(node -> all.containsKey(node.identity().stateId()))
        .filter(node -> isViewLost(node, all.get(node.identity().stateId())))
        .mapToLong(node -> node.batchTime().milliseconds())
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private boolean isViewLost(StateNode node, Set<Integer> partitions) {
    return datasets.viewsOf(node).stream()
        .anyMatch(
            view ->
                partitions.stream()
                    .anyMatch(partition -> datasets.holders(view, partition).isEmpty()));
  }

  private boolean isThere(LostState lost) {
    Optional<StateHome> home = states.home(lost.stateId(), lost.partition());
    return home.isPresent() && !home.get().lost() && home.get().versionMs() >= lost.wantedMs();
  }

  /** Partitions that no executor has at the version, or could roll back to it. */
  private Map<Integer, Set<Integer>> missing(Map<Integer, StateNode> wanted) {
    Map<Integer, Set<Integer>> missing = new TreeMap<>();
    wanted.forEach(
        (stateId, node) -> {
          for (int partition = 0; partition < node.partitionCount(); partition++) {
            LostState state =
                new LostState(
                    node.description(), stateId, partition, node.batchTime().milliseconds(), -1);
            if (!isThere(state)) {
              missing.computeIfAbsent(stateId, added -> new TreeSet<>()).add(partition);
            }
          }
        });
    return missing;
  }

  private void bringBack(
      Map<Integer, StateNode> wanted,
      Map<Integer, Set<Integer>> all,
      Optional<SnapshotTaken> snapshot) {
    Map<Integer, Long> fromMs = new TreeMap<>();
    all.keySet().forEach(stateId -> fromMs.put(stateId, -1L));
    if (snapshot.isPresent()) {
      snapshot.get().partitions().stream()
          .filter(part -> all.containsKey(part.stateId()))
          .forEach(part -> fromMs.put(part.stateId(), part.versionMs()));
      Map<Integer, Partitioner> partitioners = new TreeMap<>();
      wanted.forEach((stateId, node) -> partitioners.put(stateId, node.identity().partitioner()));
      waiting.await(onLoop(() -> restorer.restore(snapshot.get(), partitioners, all)));
    }
    for (StateNode node : lineage.since(-1)) {
      int stateId = node.identity().stateId();
      Set<Integer> partitions = all.get(stateId);
      long timeMs = node.batchTime().milliseconds();
      if (partitions != null && timeMs > fromMs.get(stateId)) {
        requireNext(node, fromMs.get(stateId));
        jobs.replay(node, partitions);
        for (RddNode view : datasets.viewsOf(node)) {
          jobs.keepAgain(view, timeMs, partitions);
        }
        fromMs.put(stateId, timeMs);
      }
    }
  }

  private static void requireNext(StateNode node, long haveMs) {
    long previousMs = node.previous().map(Time::milliseconds).orElse(-1L);
    if (previousMs != haveMs) {
      throw new MillraceException(
          ErrorCode.STATE_LOST,
          "the state of '%s' is lost: batch %d ms changed it after batch %d ms, of which there is no snapshot"
              .formatted(node.description(), node.batchTime().milliseconds(), previousMs));
    }
  }

  private <T> T onLoop(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    loop.execute(() -> answer.complete(question.get()));
    return waiting.await(answer);
  }

  /**
   * States that are computed from each other must be at the same batch while batches are applied
   * again: all of a group come back when a part of one is missing.
   */
  private static Map<Integer, Set<Integer>> withConnected(
      Map<Integer, StateNode> wanted, Map<Integer, Set<Integer>> missing) {
    Map<Integer, Set<Integer>> neighbours = new TreeMap<>();
    wanted.forEach(
        (stateId, node) -> {
          for (int read : statesReadBy(node)) {
            neighbours.computeIfAbsent(stateId, added -> new TreeSet<>()).add(read);
            neighbours.computeIfAbsent(read, added -> new TreeSet<>()).add(stateId);
          }
        });
    Map<Integer, Set<Integer>> all = new TreeMap<>(missing);
    Deque<Integer> open = new ArrayDeque<>(missing.keySet());
    while (!open.isEmpty()) {
      int stateId = open.remove();
      Set<Integer> connected = neighbours.getOrDefault(stateId, Set.of());
      if (connected.isEmpty()) {
        continue;
      }
      StateNode node = wanted.get(stateId);
      Set<Integer> every = new TreeSet<>();
      for (int partition = 0; partition < node.partitionCount(); partition++) {
        every.add(partition);
      }
      all.put(stateId, every);
      for (int neighbour : connected) {
        if (wanted.containsKey(neighbour) && !all.containsKey(neighbour)) {
          all.put(neighbour, Set.of());
          open.add(neighbour);
        }
      }
    }
    return all;
  }

  private static Set<Integer> statesReadBy(StateNode state) {
    Set<Integer> read = new TreeSet<>();
    Map<RddNode, Boolean> seen = new IdentityHashMap<>();
    Deque<RddNode> open = new ArrayDeque<>(state.parents());
    while (!open.isEmpty()) {
      RddNode node = open.remove();
      if (seen.put(node, true) == null) {
        if (node instanceof StateNode other) {
          read.add(other.identity().stateId());
        } else if (node instanceof StateViewNode view) {
          read.add(view.state().identity().stateId());
        } else {
          open.addAll(node.parents());
        }
      }
    }
    return read;
  }
}
