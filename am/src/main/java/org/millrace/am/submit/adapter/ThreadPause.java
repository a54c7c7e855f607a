package org.millrace.am.submit.adapter;

import org.millrace.am.submit.Pause;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Lets the calling thread sleep. Immutable. */
public final class ThreadPause implements Pause {
  @Override
  public void pauseMs(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(ErrorCode.TIMED_OUT, "Interrupted while waiting", e);
    }
  }
}
