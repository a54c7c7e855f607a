package org.millrace.runner.store;

import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.store.PartitionFetcher.FetchedPage;

/** Copies a partition from a peer, page by page as it comes. Owned by the control loop. */
final class IncomingCopy {
  private final Loop loop;
  private final RemotePartition remote;
  private final PartitionWriter writer;
  private final Runnable whenOver;
  private boolean over;

  /**
   * @param whenOver runs once, on any thread, when the copy is kept or was given up
   */
  IncomingCopy(Loop loop, RemotePartition remote, PartitionWriter writer, Runnable whenOver) {
    this.loop = loop;
    this.remote = remote;
    this.writer = writer;
    this.whenOver = whenOver;
  }

  /** Goes on, on the control loop. Any thread. */
  void wake() {
    loop.execute(this::step);
  }

  private void step() {
    while (!over && writer.isReady(this::wake)) {
      FetchedPage page;
      try {
        page = remote.nextOrNull(this::wake);
      } catch (MillraceException e) {
        // The peer that asked for the copy turns to another one.
        over = true;
        writer.abandon();
        whenOver.run();
        return;
      }
      if (page != null) {
        writer.add(page.content(), page.checksum());
      } else if (remote.isAtEnd()) {
        over = true;
        Futures.whenDone(writer.complete(), whenOver);
      } else {
        return;
      }
    }
  }
}
