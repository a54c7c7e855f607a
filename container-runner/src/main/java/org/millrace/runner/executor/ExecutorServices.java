package org.millrace.runner.executor;

import java.util.Objects;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.wire.proto.ExecutorRegistered;

/**
 * Makes the rooms of an executor as soon as the driver has given it an id and its configuration.
 */
@FunctionalInterface
public interface ExecutorServices {

  /**
   * Called once, on the control loop. The peer links deliver to what this returns, so nothing may
   * be sent to this executor itself before the call has returned.
   *
   * @param registered the id of this executor, the resolved configuration and the batch interval
   * @param marksMoved to be run, from any thread, when a stream's mark moved: a heartbeat follows
   */
  Rooms open(ExecutorRegistered registered, PeerLinks peerLinks, Runnable marksMoved);

  /** The rooms behind the control loop, which closes receivers first, then tasks. */
  record Rooms(TaskService tasks, ReceiverService receivers, MemoryAccountant memory) {
    public Rooms {
      Objects.requireNonNull(tasks, "tasks");
      Objects.requireNonNull(receivers, "receivers");
      Objects.requireNonNull(memory, "memory");
    }
  }
}
