package org.millrace.testkit.lab;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * A lab could not be started, changed or found. The first line of the message is complete by
 * itself; the end of a process's log may follow.
 */
public final class LabException extends MillraceException {
  private static final long serialVersionUID = 1L;

  public LabException(String message) {
    super(ErrorCode.CLUSTER_UNAVAILABLE, message);
  }

  public LabException(String message, Throwable cause) {
    super(ErrorCode.CLUSTER_UNAVAILABLE, message, cause);
  }
}
