package org.millrace.runner.store;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.store.PartitionFetcher.FetchedPage;

/**
 * The pages of a partition that one other executor holds, a few asked for ahead. Owned by a loop.
 */
final class RemotePartition {
  private static final int AHEAD = 4;

  private final PartitionFetcher fetcher;
  private final int holder;
  private final DatasetPartition partition;
  private final ArrayDeque<CompletableFuture<FetchedPage>> asked = new ArrayDeque<>();
  private int nextPage;
  private int taken;

  /** -1 until the first answer. */
  private int pageCount = -1;

  RemotePartition(PartitionFetcher fetcher, int holder, DatasetPartition partition) {
    this.fetcher = fetcher;
    this.holder = holder;
    this.partition = partition;
  }

  int holder() {
    return holder;
  }

  boolean isAtEnd() {
    return taken == pageCount;
  }

  /**
   * The next page; null at the end, and while it is on its way: {@code wake} runs then. Fails with
   * STORED_PARTITION_LOST when the holder does not give it.
   */
  FetchedPage nextOrNull(Runnable wake) {
    if (!learnPageCount(wake)) {
      return null;
    }
    ask(AHEAD);
    if (asked.isEmpty() || !isDone(asked.peek(), wake)) {
      return null;
    }
    FetchedPage page = Futures.result(asked.remove());
    taken++;
    return page;
  }

  /** Asks for everything; true when it is all here, else {@code wake} runs when more has come. */
  boolean fetchAll(Runnable wake) {
    if (!learnPageCount(wake)) {
      return false;
    }
    ask(Integer.MAX_VALUE);
    for (CompletableFuture<FetchedPage> page : asked) {
      if (!isDone(page, wake)) {
        return false;
      }
      FetchedPage unused = Futures.result(page);
    }
    return true;
  }

  private boolean learnPageCount(Runnable wake) {
    if (pageCount >= 0) {
      return true;
    }
    if (asked.isEmpty()) {
      asked.add(fetcher.fetch(holder, partition, nextPage++));
    }
    if (!isDone(asked.peek(), wake)) {
      return false;
    }
    pageCount = Futures.result(asked.peek()).pageCount();
    if (pageCount == 0) {
      asked.clear();
    }
    return true;
  }

  private void ask(int ahead) {
    while (nextPage < pageCount && asked.size() < ahead) {
      asked.add(fetcher.fetch(holder, partition, nextPage++));
    }
  }

  private static boolean isDone(CompletableFuture<?> future, Runnable wake) {
    if (!future.isDone()) {
      Futures.whenDone(future, wake);
      return false;
    }
    return true;
  }
}
