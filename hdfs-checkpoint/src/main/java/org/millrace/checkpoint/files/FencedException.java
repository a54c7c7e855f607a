package org.millrace.checkpoint.files;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The writer lost its right to write: its lease was recovered, or its directory was renamed away.
 * Whoever sees it must stop writing anywhere.
 */
public final class FencedException extends MillraceException {
  private static final long serialVersionUID = 1L;

  public FencedException(String message, Throwable cause) {
    super(ErrorCode.FENCED, message, cause);
  }
}
