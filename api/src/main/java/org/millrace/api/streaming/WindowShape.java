package org.millrace.api.streaming;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.StreamNode;

/**
 * A window that moves over a stream, cut into panes of equal length: the longest that both window
 * and slide are multiples of.
 *
 * @param window how far it reaches back
 * @param slide how far it moves at a time
 */
record WindowShape(Duration window, Duration slide) {

  /**
   * A window that fits a stream.
   *
   * @throws MillraceException ILLEGAL_USE when window or slide is not a positive multiple of the
   *     stream's own slide
   */
  static WindowShape over(StreamNode parent, Duration window, Duration slide, String operation) {
    requireMultiple("window", window, parent, operation);
    requireMultiple("slide", slide, parent, operation);
    return new WindowShape(window, slide);
  }

  private static void requireMultiple(
      String what, Duration duration, StreamNode parent, String operation) {
    if (duration.milliseconds() <= 0 || !duration.isMultipleOf(parent.slide())) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          operation
              + ": the "
              + what
              + " duration is "
              + duration
              + ", but the stream of "
              + parent.description()
              + " slides by "
              + parent.slide()
              + "; window and slide must be positive multiples of that");
    }
  }

  long paneMs() {
    long longer = window.milliseconds();
    long rest = slide.milliseconds();
    while (rest != 0) {
      long next = longer % rest;
      longer = rest;
      rest = next;
    }
    return longer;
  }

  int panes() {
    return Math.toIntExact(window.milliseconds() / paneMs());
  }
}
