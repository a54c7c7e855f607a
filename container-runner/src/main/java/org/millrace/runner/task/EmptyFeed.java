package org.millrace.runner.task;

/** No records. */
final class EmptyFeed implements Feed {
  @Override
  public Step push(Runnable wake) {
    return Step.DONE;
  }

  @Override
  public Step prepareToBlock(Runnable wake) {
    return Step.DONE;
  }

  @Override
  public long recordCount() {
    return 0;
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
