package org.millrace.am.batch;

import java.util.List;
import org.millrace.am.receive.ReceiverChange;
import org.millrace.am.receive.ReceiverHost;
import org.millrace.am.receive.ReceiverStatus;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.wire.proto.Envelope;

/** For a tracker without receivers: it has nothing to say. */
final class NoReceivers implements ReceiverHost {
  @Override
  public List<LiveExecutor> live() {
    return List.of();
  }

  @Override
  public void send(int executorId, Envelope.Builder message) {
    throw unexpected();
  }

  @Override
  public void pingAll(Runnable answered) {
    throw unexpected();
  }

  @Override
  public void onStreamStarted(long streamId, int inputId, int executorId) {
    throw unexpected();
  }

  @Override
  public void onStreamEnded(long streamId, long endedAt) {
    throw unexpected();
  }

  @Override
  public void onSourcesReached(int inputId, long streamId, List<SourcePosition> positions) {
    throw unexpected();
  }

  @Override
  public void whenDurable(Runnable action) {
    throw unexpected();
  }

  @Override
  public void onBlocksSettled() {
    throw unexpected();
  }

  @Override
  public void onReceiver(ReceiverChange change, ReceiverStatus status) {
    throw unexpected();
  }

  @Override
  public void onAllStopped() {
    throw unexpected();
  }

  private static AssertionError unexpected() {
    return new AssertionError("there are no receivers");
  }
}
