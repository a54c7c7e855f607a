package org.millrace.api.streaming;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** An output that a program has defined. Thread-safe. */
public final class OutputOperation {
  private final StreamingContext context;
  private final int outputId;
  private final String description;

  OutputOperation(StreamingContext context, int outputId, String description) {
    this.context = context;
    this.outputId = outputId;
    this.description = description;
  }

  /**
   * Names this output. By this name a program that starts again from its checkpoint after it was
   * changed knows the output, wherever it stands and whatever it has become; without one, by
   * operation and position among its likes.
   *
   * @return this
   * @throws MillraceException ILLEGAL_USE when the name is blank, or another output has it, and
   *     CHANGE_AFTER_START
   */
  public OutputOperation uid(String name) {
    if (name == null || name.isBlank()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "the uid of " + description + " is blank; give it a name");
    }
    context.change("uid", to -> to.nameOutput(outputId, name));
    return this;
  }
}
