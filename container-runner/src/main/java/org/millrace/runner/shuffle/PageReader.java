package org.millrace.runner.shuffle;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Pages, one after the other. Owned by the slot loop of the task that reads them. */
public final class PageReader {
  private final PageMemory memory;
  private final List<Page> pages;
  private int position;
  private CompletableFuture<PageContent> loading;

  public PageReader(PageMemory memory, List<Page> pages) {
    this.memory = memory;
    this.pages = pages;
  }

  public boolean hasNext() {
    return position < pages.size();
  }

  /**
   * The next page, or null when it is being read from disk; {@code wake} then runs on a worker
   * thread.
   */
  public PageContent nextOrNull(Runnable wake) {
    if (loading == null) {
      PageContent content = pages.get(position).contentOrNull();
      if (content != null) {
        position++;
        return content;
      }
      loading = memory.load(pages.get(position));
    }
    if (!loading.isDone()) {
      Futures.whenDone(loading, wake);
      return null;
    }
    CompletableFuture<PageContent> done = loading;
    loading = null;
    position++;
    return Futures.result(done);
  }

  /** The next page; reads the disk on the thread of the caller. */
  public PageContent nextNow() {
    return memory.readBack(pages.get(position++));
  }
}
