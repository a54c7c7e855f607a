package org.millrace.am.driver;

import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Heartbeat;

/** What happens to executors; each call on the driver loop. */
interface ExecutorListener {
  /**
   * Also for each executor of an attempt before, when all of them have come back or are given up.
   */
  void onJoined(RegisteredExecutor executor);

  /** The registry does not list it any more. */
  void onLost(RegisteredExecutor executor, String reason);

  /**
   * The container of an attempt before is given up: its executor did not come back in time, or was
   * lost before the others had.
   */
  void onGivenUp(String container, String reason);

  void onHeartbeat(int executorId, Heartbeat heartbeat);

  /** Anything but registration and heartbeat. */
  void onMessage(int executorId, Frame frame);
}
