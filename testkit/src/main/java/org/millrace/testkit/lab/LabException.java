package org.millrace.testkit.lab;

/**
 * A lab could not be started, changed or found; the message is for people and complete by itself.
 */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LabException(String message) {
    super(message);
  }

  LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
