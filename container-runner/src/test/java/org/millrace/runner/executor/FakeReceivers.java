package org.millrace.runner.executor;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.LimitReceiver;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReleaseBlocks;
import org.millrace.runner.wire.proto.RunningReceiver;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StopReceiver;
import org.millrace.runner.wire.proto.StreamMark;

/** Notes what it is told and has one stream whose mark a test moves. Thread-safe. */
class FakeReceivers implements ReceiverService {
  final List<String> calls;
  final AtomicLong until = new AtomicLong();

  /** Volatile: set by the executor's loop, read by the test. */
  volatile boolean hasDriver = true;

  /** Notes into this list. */
  FakeReceivers(List<String> calls) {
    this.calls = calls;
  }

  FakeReceivers() {
    this(new CopyOnWriteArrayList<>());
  }

  @Override
  public long loggedBytes() {
    return 0;
  }

  @Override
  public void start(StartReceiver message) {
    calls.add("start " + message.getReceiverId());
  }

  @Override
  public void stop(StopReceiver message) {
    calls.add("stop " + message.getReceiverId());
  }

  @Override
  public void limit(LimitReceiver message) {
    calls.add("limit " + message.getReceiverId());
  }

  @Override
  public void release(ReleaseBlocks message) {
    calls.add("release " + message.getStreamsCount());
  }

  @Override
  public void onDriverLost() {
    hasDriver = false;
  }

  @Override
  public void onDriverBack() {
    hasDriver = true;
  }

  @Override
  public void onMembership(Membership membership) {
    calls.add("membership " + membership.getVersion());
  }

  @Override
  public void onPeerFrame(int fromExecutor, Frame frame) {
    calls.add(
        "%s of %d, %d bytes"
            .formatted(
                frame.envelope().getMessageCase(), fromExecutor, frame.payload().sizeBytes()));
  }

  @Override
  public List<StreamMark> marks() {
    return List.of(StreamMark.newBuilder().setStreamId(1).setUntil(until.get()).build());
  }

  @Override
  public List<RunningReceiver> running() {
    return List.of(RunningReceiver.newBuilder().setReceiverId(6).setStreamId(1).build());
  }

  @Override
  public String blockLog() {
    return "e000001-000003";
  }

  @Override
  public void close() {
    calls.add("close receivers");
  }
}
