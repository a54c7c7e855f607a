package org.millrace.api.streaming;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function0;

/** Calls functions that make streaming contexts. */
final class Creation {
  private Creation() {}

  static StreamingContext call(Function0<StreamingContext> creatingFunc) {
    StreamingContext made;
    try {
      made = creatingFunc.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "the function that makes the streaming context failed: " + e, e);
    }
    if (made == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the function that makes the streaming context gave null; let it return a context that"
              + " is not started");
    }
    return made;
  }
}
