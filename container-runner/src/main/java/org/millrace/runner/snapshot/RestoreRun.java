package org.millrace.runner.snapshot;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.millrace.api.Partitioner;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.codec.StateCodecs;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.state.StateFileReader;
import org.millrace.checkpoint.state.StateSection;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.state.RowForm;
import org.millrace.runner.state.RowSource;
import org.millrace.runner.state.StateImage;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.wire.proto.RestorePartition;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.StateChain;
import org.millrace.runner.wire.proto.StateFileSection;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.StateVersion;

/** Reads partitions of states, several at once on threads for blocking work. */
final class RestoreRun {
  private static final String WORK = "restore";

  private final RestoreState message;
  private final StateCodecs codecs;
  private final FunctionCodec functions;
  private final StateStore states;
  private final DurableFiles files;
  private final BlockingWork work;
  private final ConcurrentHashMap<String, StateFileReader> readers = new ConcurrentHashMap<>();

  RestoreRun(
      RestoreState message,
      StateCodecs codecs,
      FunctionCodec functions,
      StateStore states,
      DurableFiles files,
      BlockingWork work) {
    this.message = message;
    this.codecs = codecs;
    this.functions = functions;
    this.states = states;
    this.files = files;
    this.work = work;
  }

  /** Completes when all partitions are there; fails when one cannot be read. */
  CompletableFuture<StateRestored> start() {
    List<CompletableFuture<StateVersion>> partitions = new ArrayList<>();
    for (RestorePartition partition : message.getPartitionsList()) {
      partitions.add(work.run(WORK, () -> restore(partition)));
    }
    return CompletableFuture.allOf(partitions.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              StateRestored.Builder restored =
                  StateRestored.newBuilder().setRequest(message.getRequest());
              partitions.forEach(partition -> restored.addStates(partition.join()));
              return restored.build();
            });
  }

  private StateVersion restore(RestorePartition partition) {
    List<StateImage> images = new ArrayList<>();
    for (StateChain chain : partition.getChainsList()) {
      images.add(read(chain));
    }
    int stateId = partition.getStateId();
    int number = partition.getPartition();
    long versionMs = partition.getVersionMs();
    return partition.getPartitioner().isEmpty()
        ? states.restore(stateId, number, versionMs, images.get(0))
        : states.restore(
            stateId, number, versionMs, images, belongs(partition.getPartitioner(), number));
  }

  private Predicate<Object> belongs(ByteString serialized, int number) {
    Partitioner partitioner = (Partitioner) functions.decodeObject(serialized.toByteArray());
    return key -> partitioner.getPartition(key) == number;
  }

  private StateImage read(StateChain chain) {
    StateImage image = null;
    for (StateFileSection place : chain.getSectionsList()) {
      StateFileReader reader =
          readers.computeIfAbsent(
              place.getPath(), path -> new StateFileReader(files, path, place.getFileBytes()));
      StateSection section = reader.index().sections().get(place.getSection());
      if (image == null) {
        image = new StateImage(RowForm.of(section.form()));
      }
      try (StateFileReader.Items items = reader.items(section, codecs)) {
        image.read(new Source(items));
      } catch (IllegalStateException notOver) {
        throw new MillraceException(
            ErrorCode.CORRUPT_STATE,
            "section "
                + place.getSection()
                + " of state file "
                + place.getPath()
                + " does not go on from the one before it: "
                + notOver.getMessage(),
            notOver);
      }
    }
    if (image == null) {
      throw new MillraceException(ErrorCode.INTERNAL, "a partition is restored from no file");
    }
    return image;
  }

  private record Source(StateFileReader.Items items) implements RowSource {
    @Override
    public boolean hasItem() {
      return items.hasItem();
    }

    @Override
    public long readLong() {
      return items.readLong();
    }

    @Override
    public Object readValue() {
      return items.readValue();
    }
  }
}
