package org.millrace.runner.executor;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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

/** Notes what it is told. Thread-safe. */
final class FakeTasks implements TaskService {
  final List<String> calls = new CopyOnWriteArrayList<>();

  @Override
  public void runTasks(RunTasks message) {
    calls.add("run " + message.getJobId());
  }

  @Override
  public void flushReports() {
    // Each heartbeat does it.
  }

  @Override
  public void useAttempt(UseAttempt message) {
    calls.add("use " + message.getJobId());
  }

  @Override
  public void endJob(EndJob message) {
    calls.add("end " + message.getJobId());
  }

  @Override
  public void onBroadcastChunk(BroadcastChunk message, Payload payload) {
    throw new AssertionError("no task asked for a broadcast");
  }

  @Override
  public void releaseBroadcasts(ReleaseBroadcasts message) {
    throw new AssertionError("there are no broadcasts");
  }

  @Override
  public void releaseDatasets(ReleaseDatasets message) {
    calls.add("release datasets " + message.getDatasetIdsList());
  }

  @Override
  public void releaseStates(ReleaseStates message) {
    calls.add("release states " + message.getStatesList());
  }

  @Override
  public void takeSnapshot(TakeSnapshot message) {
    calls.add("take snapshot " + message.getSnapshotId());
  }

  @Override
  public void restoreState(RestoreState message) {
    calls.add("restore state " + message.getRequest());
  }

  @Override
  public void standBy(StandBy message) {
    calls.add("stand by for " + message.getPartitionsCount());
  }

  @Override
  public void onMembership(Membership membership) {
    calls.add("membership " + membership.getVersion());
  }

  @Override
  public void onPeerFrame(int fromExecutor, Frame frame) {
    calls.add(
        "%s of %d %d"
            .formatted(
                frame.envelope().getMessageCase(),
                fromExecutor,
                frame.envelope().getShufflePage().getPage()));
  }

  @Override
  public void suspend() {
    calls.add("suspend");
  }

  @Override
  public void resume() {
    calls.add("resume");
  }

  @Override
  public void reset(long attempt) {
    calls.add("reset " + attempt);
  }

  @Override
  public List<StateVersion> states() {
    return List.of(StateVersion.newBuilder().setStateId(8).setVersionMs(9_000).build());
  }

  @Override
  public int runningTasks() {
    return 3;
  }

  @Override
  public long spilledBytes() {
    return 17;
  }

  @Override
  public void close() {
    calls.add("close tasks");
  }
}
