package org.millrace.am.driver;

import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Heartbeat;

/** Writes down what happens. */
final class RecordingListener implements ExecutorListener {
  final List<String> events = new ArrayList<>();

  @Override
  public void onJoined(RegisteredExecutor executor) {
    events.add("joined " + executor.id);
  }

  @Override
  public void onLost(RegisteredExecutor executor, String reason) {
    events.add("lost " + executor.id);
  }

  @Override
  public void onGivenUp(String container, String reason) {
    events.add("given up " + container);
  }

  @Override
  public void onHeartbeat(int executorId, Heartbeat heartbeat) {
    // Only the registry's own use of heartbeats is looked at here.
  }

  @Override
  public void onMessage(int executorId, Frame frame) {
    events.add(frame.envelope().getMessageCase() + " of " + executorId);
  }
}
