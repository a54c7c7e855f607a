package org.millrace.testkit.lab;

/** The one place where the lab waits for the outside to move. */
final class Pause {
  private Pause() {}

  static void ms(long pauseMs) {
    try {
      Thread.sleep(pauseMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while waiting for the lab", e);
    }
  }
}
