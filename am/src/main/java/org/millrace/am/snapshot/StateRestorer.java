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

/** Brings partitions of a snapshot to living executors. Owned by the driver loop. */
public final class StateRestorer {
  private final ExecutorPool pool;
  private final BiConsumer<Integer, List<StateVersion>> onApplied;
  private final SnapshotCoordinator coordinator;
  private final ByteString codecs;
  private final Map<Long, Request> requests = new TreeMap<>();
  private long nextRequest;

  /** What one executor was asked for. */
  private record Request(
      int executorId,
      Map<PartitionKey, Optional<SnapshotChain>> partitions,
      Set<Long> open,
      CompletableFuture<Void> all) {}

  /**
   * A restorer.
   *
   * @param onApplied is told which executor has which states
   * @param codecs of the program, Java-serialized; empty for none
   */
  public StateRestorer(
      ExecutorPool pool,
      BiConsumer<Integer, List<StateVersion>> onApplied,
      SnapshotCoordinator coordinator,
      ByteString codecs) {
    this.pool = pool;
    this.onApplied = onApplied;
    this.coordinator = coordinator;
    this.codecs = codecs;
  }

  /**
   * Restores all partitions of states.
   *
   * @param partitioners today's, by the number of the state in the snapshot; others are left out
   * @return done when executors have all of them; fails when one cannot be read or an executor is
   *     lost meanwhile: then it can be called again
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
    CompletableFuture<Void> all = new CompletableFuture<>();
    List<LiveExecutor> executors = pool.live();
    if (executors.isEmpty()) {
      all.completeExceptionally(
          new MillraceException(ErrorCode.NOT_ENOUGH_RESOURCES, "no executor lives"));
      return all;
    }
    List<Integer> slots = slots(executors);
    Map<Integer, RestoreState.Builder> messages = new TreeMap<>();
    Map<Integer, Map<PartitionKey, Optional<SnapshotChain>>> parts = new HashMap<>();
    int next = 0;
    for (Map.Entry<Integer, ? extends Collection<Integer>> state : wanted.entrySet()) {
      List<StatePartition> saved =
          snapshot.partitions().stream().filter(part -> part.stateId() == state.getKey()).toList();
      if (saved.isEmpty()) {
        continue;
      }
      Partitioner partitioner = partitioners.get(state.getKey());
      boolean isSorted = saved.size() == partitioner.numPartitions();
      for (int partition : state.getValue()) {
        int executorId = slots.get(next++ % slots.size());
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
    Set<Long> open = new HashSet<>();
    messages.forEach(
        (executorId, message) -> {
          long number = ++nextRequest;
          open.add(number);
          requests.put(number, new Request(executorId, parts.get(executorId), open, all));
          message.setRequest(number);
        });
    if (open.isEmpty()) {
      all.complete(null);
    }
    messages.forEach(
        (executorId, message) ->
            pool.send(executorId, Envelope.newBuilder().setRestoreState(message)));
    return all;
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
    if (message.getErrorCode() != 0) {
      request
          .all()
          .completeExceptionally(new MillraceException(ErrorCode.STATE_LOST, message.getError()));
      return;
    }
    request.partitions().forEach(coordinator::onRestored);
    onApplied.accept(executorId, message.getStatesList());
    request.open().remove(message.getRequest());
    if (request.open().isEmpty()) {
      request.all().complete(null);
    }
  }

  /** What it was asked for is not restored. */
  public void onExecutorLost(int executorId) {
    List<Request> lost =
        requests.values().stream().filter(one -> one.executorId() == executorId).toList();
    requests.values().removeAll(lost);
    lost.forEach(
        request ->
            request
                .all()
                .completeExceptionally(
                    new MillraceException(
                        ErrorCode.STATE_VERSION_LOST,
                        "executor " + executorId + " was lost while it restored state")));
  }
}
