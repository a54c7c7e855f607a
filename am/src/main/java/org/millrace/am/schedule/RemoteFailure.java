package org.millrace.am.schedule;

/** An exception that was thrown on an executor: its class, message and stack trace as text. */
public final class RemoteFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String errorClass;
  private final String remoteStackTrace;

  RemoteFailure(String errorClass, String message, String remoteStackTrace) {
    super(message, null, false, false);
    this.errorClass = errorClass;
    this.remoteStackTrace = remoteStackTrace;
  }

  /** Name of the class of the exception on the executor. */
  public String errorClass() {
    return errorClass;
  }

  /** The stack trace on the executor; may be empty. */
  public String remoteStackTrace() {
    return remoteStackTrace;
  }

  @Override
  public String toString() {
    return remoteStackTrace.isBlank() ? errorClass + ": " + getMessage() : remoteStackTrace.strip();
  }
}
