package org.millrace.runner.snapshot;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.millrace.api.Partitioner;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.snapshot.ChainReader.Growth;
import org.millrace.runner.snapshot.StandbyImages.Name;
import org.millrace.runner.state.StateImage;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.wire.proto.RestorePartition;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.StateChain;
import org.millrace.runner.wire.proto.StateFileSection;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateVersion;

/**
 * Brings partitions of states here, several at once on threads for blocking work: those that stood
 * by from where their image is, the others from everything.
 */
final class RestoreRun {
  private static final String WORK = "restore";

  private final RestoreState message;
  private final ChainReader reader;
  private final FunctionCodec functions;
  private final StateStore states;
  private final StandbyImages standbys;
  private final BlockingWork work;

  // Volatile: set on the control loop, read by threads for blocking work.
  private volatile boolean cancelled;

  private record Restored(StateVersion state, boolean fromStandby) {}

  RestoreRun(
      RestoreState message,
      ChainReader reader,
      FunctionCodec functions,
      StateStore states,
      StandbyImages standbys,
      BlockingWork work) {
    this.message = message;
    this.reader = reader;
    this.functions = functions;
    this.states = states;
    this.standbys = standbys;
    this.work = work;
  }

  /** Completes when all partitions are there; fails when one cannot be read. */
  CompletableFuture<StateRestored> start() {
    List<CompletableFuture<Restored>> partitions = new ArrayList<>();
    for (RestorePartition partition : message.getPartitionsList()) {
      partitions.add(
          standby(partition).thenCompose(image -> work.run(WORK, () -> restore(partition, image))));
    }
    return CompletableFuture.allOf(partitions.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              StateRestored.Builder restored =
                  StateRestored.newBuilder().setRequest(message.getRequest());
              int fromStandby = 0;
              for (CompletableFuture<Restored> partition : partitions) {
                restored.addStates(partition.join().state());
                fromStandby += partition.join().fromStandby() ? 1 : 0;
              }
              return restored.setFromStandby(fromStandby).build();
            });
  }

  /** What is still read replaces nothing: the next driver may have restored it. */
  void cancel() {
    cancelled = true;
  }

  private boolean isWanted() {
    return !cancelled;
  }

  /** This is its home from now on: what stood by is used, or of no use. */
  private CompletableFuture<Optional<TakenImage>> standby(RestorePartition partition) {
    return standbys.take(
        new Name(partition.getStateId(), partition.getPartition()),
        partition.getPartitioner().isEmpty() ? chain(partition) : List.of());
  }

  private static List<StateFileSection> chain(RestorePartition partition) {
    return partition.getChainsCount() == 0 ? List.of() : partition.getChains(0).getSectionsList();
  }

  private Restored restore(RestorePartition partition, Optional<TakenImage> standby) {
    if (standby.isEmpty()) {
      return new Restored(restore(partition), false);
    }
    StateImage image;
    // It is closed before the partition takes its memory: both at once may be too much.
    try (TakenImage taken = standby.get()) {
      List<StateFileSection> chain = chain(partition);
      image = read(taken.image(), chain.subList(taken.sections(), chain.size()));
    }
    return new Restored(
        states.restore(
            partition.getStateId(),
            partition.getPartition(),
            partition.getVersionMs(),
            image,
            this::isWanted),
        true);
  }

  private StateVersion restore(RestorePartition partition) {
    int stateId = partition.getStateId();
    int number = partition.getPartition();
    long versionMs = partition.getVersionMs();
    if (partition.getPartitioner().isEmpty()) {
      return states.restore(
          stateId, number, versionMs, read(null, chain(partition)), this::isWanted);
    }
    List<StateImage> images = new ArrayList<>();
    for (StateChain chain : partition.getChainsList()) {
      images.add(read(null, chain.getSectionsList()));
    }
    return states.restore(
        stateId,
        number,
        versionMs,
        images,
        belongs(partition.getPartitioner(), number),
        this::isWanted);
  }

  private Predicate<Object> belongs(ByteString serialized, int number) {
    Partitioner partitioner = (Partitioner) functions.decodeObject(serialized.toByteArray());
    return key -> partitioner.getPartition(key) == number;
  }

  private StateImage read(StateImage imageOrNull, List<StateFileSection> sections) {
    return reader.read(imageOrNull, sections, Growth.ANY).orElseThrow();
  }
}
