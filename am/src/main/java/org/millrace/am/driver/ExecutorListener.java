package org.millrace.am.driver;

import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Heartbeat;

/** What happens to executors; each call on the driver loop. */
interface ExecutorListener {
  void onJoined(RegisteredExecutor executor);

  /** The registry does not list it any more. */
  void onLost(RegisteredExecutor executor, String reason);

  void onHeartbeat(int executorId, Heartbeat heartbeat);

  /** Anything but registration and heartbeat. */
  void onMessage(int executorId, Frame frame);
}
