package org.millrace.runner.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.shuffle.Page;
import org.millrace.runner.shuffle.PageBuilder;
import org.millrace.runner.shuffle.PageContent;
import org.millrace.runner.shuffle.PageMemory;

/**
 * Stores a partition; nobody sees it before {@link #complete}. What finds no room is given up in
 * silence: the dataset is then computed again where it is needed. Owned by one loop.
 */
public final class PartitionWriter {
  private static final int MAX_PENDING_SPILLS = 4;

  private final PartitionStore store;
  private final KeptPartition kept;
  private final PageBuilder builder;
  private final ArrayDeque<CompletableFuture<Boolean>> spills = new ArrayDeque<>();
  private boolean over;

  /**
   * @param builder of the pages; null when whole pages are added
   */
  PartitionWriter(PartitionStore store, KeptPartition kept, PageBuilder builder) {
    this.store = store;
    this.kept = kept;
    this.builder = builder;
  }

  /** Stores a record; it must never change any more. */
  public void add(Object record) {
    if (!over && builder.add(record)) {
      add(builder.take());
    }
  }

  /** Stores a page that was encoded elsewhere. */
  void add(PageContent.Encoded content, int checksum) {
    if (!over) {
      int bytes = content.bytes().remaining();
      add(new Page(content, content.count(), bytes, checksum));
    }
  }

  private void add(Page page) {
    PageMemory memory = store.memory();
    boolean useMemory = kept.target().getUseMemory();
    if (useMemory && memory.tryAdmit(page)) {
      keep(page);
    } else if (kept.target().getUseDisk()) {
      spills.add(memory.admitToDisk(page, kept.area()));
      keep(page);
    } else {
      abandon();
    }
  }

  private void keep(Page page) {
    if (!kept.add(page)) {
      store.memory().release(page);
      abandon();
    }
  }

  /** Whether more may be added; false: {@code wake} runs when so much less waits for the disk. */
  public boolean isReady(Runnable wake) {
    while (!spills.isEmpty() && spills.peek().isDone()) {
      if (spills.remove().isCompletedExceptionally()) {
        abandon();
      }
    }
    if (over || spills.size() < MAX_PENDING_SPILLS) {
      return true;
    }
    Futures.whenDone(spills.peek(), wake);
    return false;
  }

  /**
   * The partition was stored to its end: it is visible now. Done, never exceptionally, when its
   * pages are where they stay and its copies were made.
   */
  public CompletableFuture<?> complete() {
    if (!over && !builderIsEmpty()) {
      add(builder.take());
    }
    if (over) {
      return CompletableFuture.completedFuture(null);
    }
    over = true;
    return store.keep(kept, takeSpills());
  }

  private boolean builderIsEmpty() {
    return builder == null || builder.isEmpty();
  }

  private List<CompletableFuture<Boolean>> takeSpills() {
    List<CompletableFuture<Boolean>> pending = new ArrayList<>(spills);
    spills.clear();
    return pending;
  }

  /** It will not be stored to its end: drops what was. Does nothing when it is over. */
  public void abandon() {
    if (!over) {
      over = true;
      store.drop(kept);
    }
  }
}
