package org.millrace.runner.task;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The iterator given to a user's function: asks the segment before it for a page when it has no
 * more records.
 */
final class PullIterator implements Iterator<Object> {
  private static final Runnable NOTHING_TO_WAKE =
      () -> {
        throw new IllegalStateException("input of an iterator must not wait");
      };

  private final Feed feed;
  private final PullBuffer buffer;
  private boolean ended;

  /**
   * @param feed pushes into {@code buffer}
   */
  PullIterator(Feed feed, PullBuffer buffer) {
    this.feed = feed;
    this.buffer = buffer;
  }

  /** Carries a failure of the records before it through the user's function. */
  static final class UpstreamFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private UpstreamFailure(Throwable cause) {
      super(cause);
    }
  }

  @Override
  public boolean hasNext() {
    while (buffer.isEmpty()) {
      if (ended) {
        return false;
      }
      pull();
    }
    return true;
  }

  private void pull() {
    try {
      ended = feed.push(NOTHING_TO_WAKE) == Step.DONE;
    } catch (UpstreamFailure e) {
      throw e;
    } catch (Exception e) {
      throw new UpstreamFailure(e);
    }
  }

  @Override
  public Object next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the partition is at its end");
    }
    return buffer.take();
  }
}
