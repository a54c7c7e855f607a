package org.millrace.testkit.lab;

import java.time.Duration;

/**
 * What a lab tells while it starts and stops. Called on the thread that starts or stops the lab.
 */
public interface ProgressListener {
  /** A process became ready to serve, so long after the start began. */
  void onReady(LabProcess process, Duration elapsed);

  /** Something worth a line: a plain sentence without a period. */
  void onNote(String note);

  /** Says nothing. */
  static ProgressListener silent() {
    return new ProgressListener() {
      @Override
      public void onReady(LabProcess process, Duration elapsed) {}

      @Override
      public void onNote(String note) {}
    };
  }
}
