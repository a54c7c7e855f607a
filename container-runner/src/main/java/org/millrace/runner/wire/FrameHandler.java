package org.millrace.runner.wire;

import java.util.Optional;

/**
 * What a component does with a connection. Called on a network thread (or by the sender's thread in
 * one process), in the order of sending; an implementation posts to its own loop and returns.
 */
public interface FrameHandler {
  void onFrame(Connection connection, Frame frame);

  /**
   * Called once, after the last frame. {@code cause} is empty after an orderly close by either
   * side.
   */
  void onClosed(Connection connection, Optional<Throwable> cause);
}
