package org.millrace.runner.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.shuffle.Page;
import org.millrace.runner.shuffle.PageContent;
import org.millrace.runner.shuffle.PageReader;
import org.millrace.runner.store.PartitionFetcher.FetchedPage;

/**
 * The pages of a kept partition: those that are here, else those of one holder after the other. All
 * who keep a partition have the same records in the same order, so when a holder fails in the
 * middle the next one goes on behind the records that were given. Owned by the slot loop of its
 * task.
 */
public final class PartitionReader {
  private final PartitionStore store;
  private final DatasetPartition partition;
  private final ArrayDeque<Integer> holders;
  private final List<String> refusals = new ArrayList<>();
  private boolean triedHere;
  private KeptPartition kept;
  private PageReader local;
  private RemotePartition remote;
  private boolean blocking;
  private boolean ended;
  private long given;
  private long toSkip;
  private int skipped;

  PartitionReader(PartitionStore store, DatasetPartition partition, List<Integer> others) {
    this.store = store;
    this.partition = partition;
    this.holders = new ArrayDeque<>(others);
  }

  /** True when {@link #nextOrNull} gave everything. */
  public boolean isAtEnd() {
    return ended;
  }

  /** So many records at the beginning of the last page were given before. */
  public int skipped() {
    return skipped;
  }

  /**
   * The next page; null at the end, and while it is on its way: {@code wake} runs then, on any
   * thread. Fails with STORED_PARTITION_LOST when nobody has it.
   */
  public PageContent nextOrNull(Runnable wake) {
    while (!ended) {
      open();
      PageContent content;
      try {
        content = local != null ? nextLocal(wake) : nextRemote(wake);
      } catch (MillraceException e) {
        giveUp(e.getMessage());
        continue;
      }
      if (content == null) {
        return null;
      }
      int count = content.count();
      if (count > toSkip) {
        skipped = (int) toSkip;
        toSkip = 0;
        given += count - skipped;
        return content;
      }
      toSkip -= count;
    }
    return null;
  }

  private PageContent nextLocal(Runnable wake) {
    if (!local.hasNext()) {
      end();
      return null;
    }
    return blocking ? local.nextNow() : local.nextOrNull(wake);
  }

  private PageContent nextRemote(Runnable wake) {
    FetchedPage page = remote.nextOrNull(wake);
    if (page == null && remote.isAtEnd()) {
      end();
    }
    return page == null ? null : page.content();
  }

  private void end() {
    if (toSkip > 0) {
      throw new MillraceException(
          ErrorCode.STORED_PARTITION_LOST,
          "it has fewer records than another holder gave; functions must give the same each time");
    }
    ended = true;
  }

  /**
   * Gathers what must come from elsewhere, so that {@link #nextOrNull} never waits any more; it may
   * block while it reads the local disk. False: {@code wake} runs when to ask again.
   */
  public boolean prepareToBlock(Runnable wake) {
    while (!blocking) {
      open();
      try {
        if (remote != null && !remote.fetchAll(wake)) {
          return false;
        }
        blocking = true;
      } catch (MillraceException e) {
        giveUp(e.getMessage());
      }
    }
    return true;
  }

  private void open() {
    if (local != null || remote != null) {
      return;
    }
    if (!triedHere) {
      triedHere = true;
      kept = store.findOrNull(partition);
      List<Page> pages = kept == null ? null : kept.pagesOrNull();
      if (pages != null) {
        local = new PageReader(store.memory(), pages);
        return;
      }
      refusals.add("this executor does not hold it");
    }
    Integer holder = holders.poll();
    if (holder == null) {
      throw lost();
    }
    remote = new RemotePartition(store.fetcher(), holder, partition);
  }

  private void giveUp(String why) {
    refusals.add(why);
    if (local != null) {
      store.drop(kept); // unreadable, or dropped before: whoever needs it computes it again
    }
    local = null;
    remote = null;
    toSkip = given;
    if (blocking) {
      throw lost();
    }
  }

  private MillraceException lost() {
    return new MillraceException(
        ErrorCode.STORED_PARTITION_LOST,
        "%s is lost: %s; it is computed again, persist it with two copies to avoid that"
            .formatted(partition, String.join("; ", refusals)));
  }
}
