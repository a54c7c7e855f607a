package org.millrace.runner.executor;

import java.util.List;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.BroadcastChunk;
import org.millrace.runner.wire.proto.EndJob;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReleaseBroadcasts;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.ReleaseStates;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.StandBy;
import org.millrace.runner.wire.proto.StateVersion;
import org.millrace.runner.wire.proto.TakeSnapshot;
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

  /** Writes states as they are at a version; answered to the driver. */
  void takeSnapshot(TakeSnapshot message);

  /** Reads states that were written; answered to the driver. */
  void restoreState(RestoreState message);

  /** Keeps images of states whose home is another executor; answered to the driver. */
  void standBy(StandBy message);

  void onMembership(Membership membership);

  /**
   * A message about shuffles or kept partitions from another executor or this one; on a network
   * thread, or on the sender's thread when it came by reference.
   */
  void onPeerFrame(int fromExecutor, Frame frame);

  /** Reports of tasks that wait for others of their job wait no longer. */
  void flushReports();

  /** The task lease ran out: start no task and report nothing until {@link #resume}. */
  void suspend();

  /** The driver is heard again. */
  void resume();

  /**
   * Another driver takes this executor over: drops jobs, functions, kept datasets and broadcasts,
   * whose names are those of the driver before, and keeps state. Nothing of them is reported any
   * more, and what other executors send for an older attempt is dropped.
   */
  void reset(long attempt);

  /** The states that are kept here, each at the version that it is at. */
  List<StateVersion> states();

  /** Tasks that hold a slot now. Thread-safe. */
  int runningTasks();

  /** Bytes of pages ever spilled to local disk. Thread-safe. */
  long spilledBytes();

  /** Drops all tasks and pages; nothing is reported afterwards. Idempotent. */
  @Override
  void close();
}
