package org.millrace.am.driver;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.millrace.am.log.DriverState;
import org.millrace.am.schedule.JobRunner;
import org.millrace.am.snapshot.SnapshotCoordinator;
import org.millrace.am.snapshot.StateKeeper;
import org.millrace.am.snapshot.StateLineage;
import org.millrace.api.Partitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.streaming.Duration;
import org.millrace.checkpoint.log.DriverEvent.Operator;
import org.millrace.checkpoint.log.DriverEvent.OperatorKind;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.StatePartition;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

/** What a program wants of its keyed state, for the {@link StateKeeper}. */
final class StateKeeping {
  private static final long USUAL_INTERVAL_MS = 10_000;

  private StateKeeping() {}

  /** A keeper for a program with keyed state and a checkpoint directory; empty for others. */
  static Optional<StateKeeper> of(
      DriverEnvironment environment,
      Driver driver,
      JobRunner jobs,
      Takeover.Taken taken,
      Streaming streaming) {
    StreamGraph graph = streaming.graph();
    if (!taken.hasCheckpoint() || !hasState(graph)) {
      return Optional.empty();
    }
    DriverEnvironment.Ports ports = environment.ports();
    ExecutorGroup executors = driver.executors();
    return Optional.of(
        new StateKeeper(
            new SnapshotCoordinator.Services(
                executors,
                executors.residents().residents().states(),
                executors.residents().residents().datasets(),
                new StateLineage(),
                driver.journal(),
                ports.files(),
                ports.clock()),
            new SnapshotCoordinator.Settings(
                taken.directory(),
                environment.identity().applicationId(),
                taken.claim().epoch(),
                intervalMs(environment.settings(), graph),
                environment.settings().get(Keys.CHECKPOINT_SNAPSHOT_TIMEOUT),
                streaming.batches().stateLookBackMs(),
                codecs(graph),
                environment.settings().get(Keys.CHECKPOINT_STANDBY_STATE)),
            ports.loop(),
            jobs,
            ports.waiting(),
            executors.residents()::onTakenOver,
            driver::fail));
  }

  static boolean hasState(StreamGraph graph) {
    return graph.neededStreams().stream().anyMatch(StatefulStreamNode.class::isInstance);
  }

  private static long intervalMs(Settings settings, StreamGraph graph) {
    long usual =
        settings
            .find(Keys.CHECKPOINT_INTERVAL)
            .orElse(Math.max(USUAL_INTERVAL_MS, graph.batchInterval().milliseconds()));
    LongStream wishes =
        graph.neededStreams().stream()
            .flatMap(stream -> graph.settings(stream).checkpointInterval().stream())
            .mapToLong(Duration::milliseconds);
    return LongStream.concat(LongStream.of(usual), wishes).min().orElse(usual);
  }

  private static ByteString codecs(StreamGraph graph) {
    return graph.codecs().isEmpty()
        ? ByteString.EMPTY
        : ByteString.copyFrom(FunctionCodec.encodeObject(new ArrayList<>(graph.codecs())));
  }

  /**
   * The snapshot that an application goes on from; empty to compute its state from the first batch,
   * or when it had none.
   */
  static Optional<SnapshotTaken> snapshot(DriverState before, long lookBackMs) {
    return before.snapshots().stream()
        .filter(
            snapshot ->
                isBegin(snapshot) || snapshot.versionMs() <= before.lastDecidedMs() - lookBackMs)
        .reduce((older, newer) -> newer);
  }

  /** Whether it says that state began after its batch: there was none before to be stored. */
  static boolean isBegin(SnapshotTaken snapshot) {
    return snapshot.partitions().isEmpty();
  }

  /**
   * Notes where the first state of an application begins that ran without before: input of batches
   * until then may be gone, and the program may end before a snapshot is taken.
   */
  static void noteBegin(List<Operator> known, List<Operator> today, DriverState state) {
    if (!hasState(known) && hasState(today) && state.lastDecidedMs() > 0) {
      state.replay(
          new SnapshotTaken(state.lastDecidedMs(), state.lastDecidedMs(), List.of(), List.of()));
    }
  }

  private static boolean hasState(List<Operator> operators) {
    return operators.stream().anyMatch(known -> known.kind() == OperatorKind.STATE);
  }

  /**
   * The batch after which its state is known.
   *
   * @throws MillraceException STATE_LOST when its input is not known any more
   */
  static long recoveryMs(DriverState before, Optional<SnapshotTaken> snapshot) {
    if (snapshot.isPresent()) {
      return snapshot.get().versionMs();
    }
    if (!hasState(before.operators())) {
      return before.lastDecidedMs();
    }
    if (before.releasedUntilMs() > 0) {
      throw new MillraceException(
          ErrorCode.STATE_LOST,
          "the checkpoint has no snapshot of keyed state, and the input of batches before "
              + before.releasedUntilMs()
              + " ms is not known any more; start the application on another directory");
    }
    return 0;
  }

  static Map<Integer, Partitioner> partitioners(StreamGraph graph) {
    Map<Integer, Partitioner> partitioners = new TreeMap<>();
    for (StreamNode stream : graph.neededStreams()) {
      if (stream instanceof StatefulStreamNode state) {
        partitioners.put(state.id(), state.partitioner().get());
      }
    }
    return partitioners;
  }

  static Map<Integer, Long> versions(SnapshotTaken snapshot) {
    Map<Integer, Long> versions = new TreeMap<>();
    for (StatePartition partition : snapshot.partitions()) {
      versions.put(partition.stateId(), partition.versionMs());
    }
    return versions;
  }
}
