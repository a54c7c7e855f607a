package org.millrace.checkpoint.codec;

import org.millrace.api.codec.Refusal;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** A part of a value cannot be stored; collects the path to it on its way out. */
final class RefusedPart extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  /** The path from the value that is being written, without the value's class. */
  private String path;

  /**
   * A refusal of a class.
   *
   * @param refusal whose path begins with {@code asked}
   */
  RefusedPart(Class<?> asked, Refusal refusal) {
    super(null, null, false, false);
    this.refusal = refusal;
    this.path = refusal.path().substring(asked.getTypeName().length());
  }

  /** The part is reached by this step. */
  RefusedPart under(String step) {
    path = step + path;
    return this;
  }

  /** The failure, for the value that was to be written. */
  MillraceException of(Object value) {
    return failure(
        new Refusal(value.getClass().getTypeName() + path, refusal.type(), refusal.reason()));
  }

  static MillraceException failure(Refusal refusal) {
    return new MillraceException(ErrorCode.STATE_TYPE_REFUSED, refusal.message());
  }
}
