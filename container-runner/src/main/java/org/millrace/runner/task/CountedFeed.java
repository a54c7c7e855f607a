package org.millrace.runner.task;

/** A file, or a part of one, whose records the driver wants to know the number of. */
final class CountedFeed implements Feed {
  private final Feed feed;
  private boolean ended;

  CountedFeed(Feed feed) {
    this.feed = feed;
  }

  /** All that it has; -1 when it was not read to its end. */
  long recordsToEnd() {
    return ended ? feed.recordCount() : -1;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    Step step = feed.push(wake);
    ended |= step == Step.DONE;
    return step;
  }

  @Override
  public Step prepareToBlock(Runnable wake) throws Exception {
    return feed.prepareToBlock(wake);
  }

  @Override
  public long recordCount() {
    return feed.recordCount();
  }

  @Override
  public void close() {
    feed.close();
  }
}
