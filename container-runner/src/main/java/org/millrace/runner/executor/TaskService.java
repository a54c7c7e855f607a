package org.millrace.runner.executor;

import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.BroadcastChunk;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReleaseBroadcasts;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.ReleaseStates;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.UseAttempt;

/**
 * The tasks of this executor. Called on the control loop unless said otherwise, in the order in
 * which the driver sent; a call returns without blocking.
 */
public interface TaskService extends AutoCloseable {
  void runTasks(RunTasks message);

  void useAttempt(UseAttempt message);

  void endJob(EndJob message);

  /** A part of a broadcast value that was asked for. */
  void onBroadcastChunk(BroadcastChunk message, Payload payload);

  void releaseBroadcasts(ReleaseBroadcasts message);

  void releaseDatasets(ReleaseDatasets message);

  void releaseStates(ReleaseStates message);

  void onMembership(Membership membership);

  /**
   * A message about shuffles or kept partitions from another executor or this one; on a network
   * thread, or on the sender's thread when it came by reference.
   */
  void onPeerFrame(int fromExecutor, Frame frame);

  /** The task lease ran out: start no task and report nothing until {@link #resume}. */
  void suspend();

  /** The driver is heard again. */
  void resume();

  /** Tasks that hold a slot now. Thread-safe. */
  int runningTasks();

  /** Bytes of pages ever spilled to local disk. Thread-safe. */
  long spilledBytes();

  /** Drops all tasks and pages; nothing is reported afterwards. Idempotent. */
  @Override
  void close();
}
