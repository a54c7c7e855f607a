package org.millrace.runner.state;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
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
