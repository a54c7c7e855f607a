package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateSpec;
import org.millrace.runner.wire.proto.StateVersion;

/** The state partitions of an executor. Thread-safe. */
public final class StateStore implements AutoCloseable {
  /** So much is done in one step of a task, so that other tasks of the slot get their turn. */
  private static final int KEYS_A_SLICE = 1_024;

  private final MemoryAccountant memory;
  private final int keysASlice;
  private final ConcurrentHashMap<Name, StatePartition> partitions = new ConcurrentHashMap<>();

  /**
   * @param memory told what the states take, beyond its limit too: state must be held
   */
  public StateStore(MemoryAccountant memory) {
    this(memory, KEYS_A_SLICE);
  }

  StateStore(MemoryAccountant memory, int keysASlice) {
    this.memory = Objects.requireNonNull(memory, "memory");
    this.keysASlice = keysASlice;
  }

  private record Name(int stateId, int partition) {}

  /**
   * An attempt to bring a partition to a version and to read it.
   *
   * @param functions that the indexes in {@code spec} mean
   * @param childCount children of the source: none (it can only be read), the batch's input, or
   *     that and the initial pairs
   */
  public StateAttempt attempt(
      StateSpec spec, StateInput input, Object[] functions, int childCount) {
    Name name = new Name(input.getStateId(), input.getPartition());
    StatePartition partition =
        partitions.computeIfAbsent(name, unused -> new StatePartition(memory));
    return new StateAttempt(partition, spec, input, functions, childCount, keysASlice);
  }

  /**
   * Asks for a partition as it was at a version, which must be the one that is there or one that it
   * can be rolled back to.
   *
   * @param continuesMs version of the last capture that was written, so that only what changed
   *     since is; -1 for everything
   */
  public StateCapture capture(int stateId, int partition, long versionMs, long continuesMs) {
    StatePartition found =
        partitions.computeIfAbsent(
            new Name(stateId, partition), unused -> new StatePartition(memory));
    StateCapture capture = new StateCapture(found, stateId, partition, versionMs);
    found.beginCapture(capture, continuesMs);
    return capture;
  }

  /**
   * A partition is here at a version, as an image of it says; another one of the name is forgotten.
   *
   * @param isWanted false: it is forgotten instead of the one that is there
   */
  public StateVersion restore(
      int stateId, int partition, long versionMs, StateImage image, BooleanSupplier isWanted) {
    return put(stateId, partition, image.partition(versionMs, memory), image.size(), isWanted);
  }

  /**
   * A partition is here at a version: all keys of some images that belong to it.
   *
   * @param images at least one, all of one form
   * @param isWanted false: it is forgotten instead of the one that is there
   */
  public StateVersion restore(
      int stateId,
      int partition,
      long versionMs,
      Collection<StateImage> images,
      Predicate<Object> belongs,
      BooleanSupplier isWanted) {
    StatePartition made = StateImage.join(images, belongs, versionMs, memory);
    return put(stateId, partition, made, made.table.size(), isWanted);
  }

  private StateVersion put(
      int stateId, int partition, StatePartition made, int keys, BooleanSupplier isWanted) {
    StateVersion version = made.version(stateId, partition).toBuilder().setKeyCount(keys).build();
    AtomicReference<StatePartition> useless = new AtomicReference<>();
    partitions.compute(
        new Name(stateId, partition),
        (name, before) -> {
          // Asked here: whoever restores it after this was no more wanted comes later.
          boolean wanted = isWanted.getAsBoolean();
          useless.set(wanted ? before : made);
          return wanted ? made : before;
        });
    if (useless.get() != null) {
      useless.get().forget();
    }
    return version;
  }

  /** The newest version of each partition that is here, committed or not; without key counts. */
  public List<StateVersion> versions() {
    List<StateVersion> versions = new ArrayList<>();
    partitions.forEach(
        (name, partition) -> {
          StateVersion version = partition.version(name.stateId(), name.partition());
          if (version != null) {
            versions.add(version);
          }
        });
    return versions;
  }

  /** The partition is not needed here any more. Tasks that hold it end with it. */
  public void release(StateVersion state) {
    StatePartition partition =
        partitions.remove(new Name(state.getStateId(), state.getPartition()));
    if (partition != null) {
      partition.forget();
    }
  }

  /** Forgets all states. */
  @Override
  public void close() {
    for (Name name : partitions.keySet()) {
      StatePartition partition = partitions.remove(name);
      if (partition != null) {
        partition.forget();
      }
    }
  }
}
