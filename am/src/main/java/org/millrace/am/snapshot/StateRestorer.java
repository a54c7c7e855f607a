package org.millrace.am.snapshot;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.millrace.am.schedule.ExecutorPool;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.am.snapshot.SnapshotChain.Section;
import org.millrace.api.Partitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.log.DriverEvent.SectionPlace;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.StateFile;
import org.millrace.checkpoint.log.DriverEvent.StatePartition;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RestorePartition;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.StateChain;
import org.millrace.runner.wire.proto.StateFileSection;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings partitions of a snapshot to living executors: to those that stand by for them, and the
 * others to all in turns; while nobody lives they wait. Owned by the driver loop.
 */
public final class StateRestorer {
  private static final Logger LOG = LoggerFactory.getLogger(StateRestorer.class);

  private final ExecutorPool pool;
  private final BiConsumer<Integer, List<StateVersion>> onApplied;
  private final SnapshotCoordinator coordinator;
  private final Standbys standbys;
  private final ByteString codecs;
  private final Map<Long, Request> requests = new TreeMap<>();

  /** For an executor to join. */
  private final List<Whole> waiting = new ArrayList<>();

  private long nextRequest;
  private long fromStandby;
  private long fromFiles;
  private boolean stopped;

  /** All that is restored at once. */
  private static final class Whole {
    private final SnapshotTaken snapshot;
    private final Map<Integer, Partitioner> partitioners;
    private final Map<Integer, ? extends Collection<Integer>> wanted;
    private final Set<Long> open = new HashSet<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int fromStandby;
    private int fromFiles;

    /** The first one; null for none. */
    private MillraceException failure;

    private Whole(
        SnapshotTaken snapshot,
        Map<Integer, Partitioner> partitioners,
        Map<Integer, ? extends Collection<Integer>> wanted) {
      this.snapshot = snapshot;
      this.partitioners = partitioners;
      this.wanted = wanted;
    }

    private void fail(MillraceException cause) {
      failure = failure == null ? cause : failure;
    }
  }

  /** What one executor was asked for. */
  private record Request(
      int executorId, Map<PartitionKey, Optional<SnapshotChain>> partitions, Whole whole) {}

  /**
   * A restorer.
   *
   * @param onApplied is told which executor has which states
   * @param codecs of the program, Java-serialized; empty for none
   */
  StateRestorer(
      ExecutorPool pool,
      BiConsumer<Integer, List<StateVersion>> onApplied,
      SnapshotCoordinator coordinator,
      Standbys standbys,
      ByteString codecs) {
    this.pool = pool;
    this.onApplied = onApplied;
    this.coordinator = coordinator;
    this.standbys = standbys;
    this.codecs = codecs;
  }

  /**
   * Restores all partitions of states.
   *
   * @param partitioners today's, by the number of the state in the snapshot; others are left out
   * @return done when executors have all of them; fails with the code of the executor when one
   *     cannot be read, with STATE_VERSION_LOST when an executor is lost meanwhile: then it can be
   *     called again, and waits for another one
   */
  public CompletableFuture<Void> restore(
      SnapshotTaken snapshot, Map<Integer, Partitioner> partitioners) {
    Map<Integer, List<Integer>> wanted = new TreeMap<>();
    partitioners.forEach(
        (stateId, partitioner) -> {
          List<Integer> all = new ArrayList<>();
          for (int partition = 0; partition < partitioner.numPartitions(); partition++) {
            all.add(partition);
          }
          wanted.put(stateId, all);
        });
    return restore(snapshot, partitioners, wanted);
  }

  /** The same for some partitions of each state. */
  CompletableFuture<Void> restore(
      SnapshotTaken snapshot,
      Map<Integer, Partitioner> partitioners,
      Map<Integer, ? extends Collection<Integer>> wanted) {
    Whole whole = new Whole(snapshot, partitioners, wanted);
    if (stopped) {
      whole.done.completeExceptionally(alreadyStopped());
    } else {
      deal(whole);
    }
    return whole.done;
  }

  private void deal(Whole whole) {
    List<LiveExecutor> executors = pool.live();
    if (executors.isEmpty()) {
      LOG.warn("no executor lives: state is restored when one joins");
      waiting.add(whole);
      return;
    }
    SnapshotTaken snapshot = whole.snapshot;
    Deal deal = new Deal(slots(executors));
    Map<Integer, RestoreState.Builder> messages = new TreeMap<>();
    Map<Integer, Map<PartitionKey, Optional<SnapshotChain>>> parts = new HashMap<>();
    for (Map.Entry<Integer, ? extends Collection<Integer>> state : whole.wanted.entrySet()) {
      List<StatePartition> saved =
          snapshot.partitions().stream().filter(part -> part.stateId() == state.getKey()).toList();
      if (saved.isEmpty()) {
        continue;
      }
      Partitioner partitioner = whole.partitioners.get(state.getKey());
      boolean isSorted = saved.size() == partitioner.numPartitions();
      for (int partition : state.getValue()) {
        int executorId = isSorted ? deal.toStandby(state.getKey(), partition) : deal.toNext();
        standbys.onRestore(state.getKey(), partition);
        messages
            .computeIfAbsent(executorId, added -> RestoreState.newBuilder().setCodecs(codecs))
            .addPartitions(partition(snapshot, saved, partitioner, partition));
        parts
            .computeIfAbsent(executorId, added -> new HashMap<>())
            .put(
                new PartitionKey(state.getKey(), partition),
                isSorted ? Optional.of(chain(snapshot, saved.get(partition))) : Optional.empty());
      }
    }
    messages.forEach(
        (executorId, message) -> {
          long number = ++nextRequest;
          whole.open.add(number);
          requests.put(number, new Request(executorId, parts.get(executorId), whole));
          message.setRequest(number);
        });
    if (whole.open.isEmpty()) {
      whole.done.complete(null);
    }
    messages.forEach(
        (executorId, message) ->
            pool.send(executorId, Envelope.newBuilder().setRestoreState(message)));
  }

  /** What waits for an executor is dealt. */
  void onExecutorJoined() {
    List<Whole> now = new ArrayList<>(waiting);
    waiting.clear();
    now.forEach(this::deal);
  }

  /** Nobody is waited for any more: what is not restored will not be. */
  void stop() {
    stopped = true;
    waiting.forEach(whole -> whole.done.completeExceptionally(alreadyStopped()));
    waiting.clear();
  }

  private static MillraceException alreadyStopped() {
    return new MillraceException(
        ErrorCode.ALREADY_STOPPED, "the context was stopped before state was restored");
  }

  /** Who gets which partition. */
  private final class Deal {
    private final List<Integer> slots;
    private final Set<Integer> living;
    private int next;

    private Deal(List<Integer> slots) {
      this.slots = slots;
      this.living = new HashSet<>(slots);
    }

    /** Who says that it has an image; all in turns for others. */
    int toStandby(int stateId, int partition) {
      Optional<Integer> standby = standbys.holder(stateId, partition).filter(living::contains);
      return standby.isPresent() ? standby.get() : toNext();
    }

    int toNext() {
      return slots.get(next++ % slots.size());
    }
  }

  /** Each executor as often as it has cores, in turns. */
  private static List<Integer> slots(List<LiveExecutor> executors) {
    List<Integer> slots = new ArrayList<>();
    int most = executors.stream().mapToInt(LiveExecutor::cores).max().orElse(0);
    for (int core = 0; core < most; core++) {
      for (LiveExecutor executor : executors) {
        if (core < executor.cores()) {
          slots.add(executor.id());
        }
      }
    }
    return slots;
  }

  private static RestorePartition partition(
      SnapshotTaken snapshot, List<StatePartition> saved, Partitioner partitioner, int partition) {
    RestorePartition.Builder message =
        RestorePartition.newBuilder()
            .setStateId(saved.get(0).stateId())
            .setPartition(partition)
            .setVersionMs(saved.get(0).versionMs());
    if (saved.size() == partitioner.numPartitions()) {
      return message.addChains(sections(snapshot, saved.get(partition))).build();
    }
    saved.forEach(part -> message.addChains(sections(snapshot, part)));
    return message
        .setPartitioner(ByteString.copyFrom(FunctionCodec.encodeObject(partitioner)))
        .build();
  }

  private static StateChain sections(SnapshotTaken snapshot, StatePartition part) {
    StateChain.Builder chain = StateChain.newBuilder();
    for (SectionPlace place : part.sections()) {
      StateFile file = snapshot.files().get(place.file());
      chain.addSections(
          StateFileSection.newBuilder()
              .setPath(file.path())
              .setFileBytes(file.lengthBytes())
              .setSection(place.section()));
    }
    return chain.build();
  }

  private static SnapshotChain chain(SnapshotTaken snapshot, StatePartition part) {
    List<Section> sections = new ArrayList<>();
    for (SectionPlace place : part.sections()) {
      StateFile file = snapshot.files().get(place.file());
      sections.add(new Section(file.path(), file.lengthBytes(), place.section(), place.bytes()));
    }
    return new SnapshotChain(part.versionMs(), sections);
  }

  /** An executor has restored what it was asked for, or could not. */
  public void onRestored(int executorId, StateRestored message) {
    Request request = requests.remove(message.getRequest());
    if (request == null) {
      return;
    }
    Whole whole = request.whole();
    if (message.getErrorCode() != 0) {
      whole.fail(
          new MillraceException(
              SnapshotCoordinator.codeOf(message.getErrorCode()), message.getError()));
    } else {
      request.partitions().forEach(coordinator::onRestored);
      onApplied.accept(executorId, message.getStatesList());
      whole.fromStandby += message.getFromStandby();
      whole.fromFiles += message.getStatesCount() - message.getFromStandby();
    }
    onAnswered(message.getRequest(), whole);
  }

  /**
   * It ends when all have answered, also when it has failed: what comes late would be put over what
   * is restored next.
   */
  private void onAnswered(long request, Whole whole) {
    whole.open.remove(request);
    if (!whole.open.isEmpty()) {
      return;
    }
    if (whole.failure != null) {
      whole.done.completeExceptionally(whole.failure);
    } else {
      fromStandby += whole.fromStandby;
      fromFiles += whole.fromFiles;
      LOG.info(
          "restored {} partitions of state from a standby, {} from files",
          whole.fromStandby,
          whole.fromFiles);
      whole.done.complete(null);
    }
  }

  /** The images that stand by, and what came of them. */
  StandbyStatus standbyStatus() {
    return new StandbyStatus(
        standbys.heldPartitions(), standbys.heldBytes(), fromStandby, fromFiles);
  }

  /** What it was asked for is not restored. */
  public void onExecutorLost(int executorId) {
    List<Long> lost =
        requests.entrySet().stream()
            .filter(one -> one.getValue().executorId() == executorId)
            .map(Map.Entry::getKey)
            .toList();
    for (long request : lost) {
      Whole whole = requests.remove(request).whole();
      whole.fail(
          new MillraceException(
              ErrorCode.STATE_VERSION_LOST,
              "executor " + executorId + " was lost while it restored state"));
      onAnswered(request, whole);
    }
  }
}
