package org.millrace.api.error;

import java.util.Objects;

/**
 * The root of every failure that Millrace reports.
 *
 * <p>The message says what failed, on which object, the actual value, the expected one, and what to
 * do next. Code decides on {@link #code()}, never on the text.
 */
public class MillraceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /** A failure without a cause below it. */
  public MillraceException(ErrorCode code, String message) {
    this(code, message, null);
  }

  /** A failure with what caused it, which may be null. */
  public MillraceException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = Objects.requireNonNull(code, "code");
  }

  /** What kind of failure this is. */
  public final ErrorCode code() {
    return code;
  }
}
