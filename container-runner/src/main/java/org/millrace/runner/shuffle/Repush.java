package org.millrace.runner.shuffle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.millrace.runner.shuffle.ShuffleMessages.PageAddress;

/**
 * Kept pages that are sent once more, to where a reducer has moved. Owned by the slot loop that
 * steps it.
 */
public final class Repush {
  private final ShuffleStore store;
  private final ShuffleKey key;
  private final int executor;
  private final ArrayDeque<Item> items = new ArrayDeque<>();
  private CompletableFuture<PageContent> loading;

  private sealed interface Item {}

  private record Resend(PageAddress address, Page page) implements Item {}

  private record End(int mapPartition, int attempt, List<Integer> reducers, List<Integer> counts)
      implements Item {}

  Repush(ShuffleStore store, ShuffleKey key, int executor) {
    this.store = store;
    this.key = key;
    this.executor = executor;
  }

  void add(KeptOutput output, List<Integer> reducers) {
    List<Integer> counts = new ArrayList<>();
    for (int reducer : reducers) {
      List<Page> pages = output.pages(reducer);
      counts.add(pages.size());
      for (int i = 0; i < pages.size(); i++) {
        PageAddress address =
            new PageAddress(key, output.mapPartition(), output.attempt(), reducer, i);
        items.add(new Resend(address, pages.get(i)));
      }
    }
    if (output.hasEnded()) {
      items.add(new End(output.mapPartition(), output.attempt(), List.copyOf(reducers), counts));
    }
  }

  /** Sends what can be sent; false when it must wait: {@code wake} then runs, on any thread. */
  public boolean send(Runnable wake) {
    for (Item item = items.peek(); item != null; item = items.peek()) {
      if (executor != store.links().self() && !store.links().isWritable(executor)) {
        store.links().onWritable(executor, wake);
        return false;
      }
      if (item instanceof Resend resend && !sent(resend, wake)) {
        return false;
      }
      if (item instanceof End end) {
        store.sendEnd(executor, key, end.mapPartition, end.attempt, end.reducers, end.counts);
      }
      items.remove();
    }
    return true;
  }

  private boolean sent(Resend resend, Runnable wake) {
    if (resend.page.isDropped()) {
      return true; // the job has ended
    }
    if (loading == null) {
      loading = store.memory().load(resend.page);
    }
    if (!loading.isDone()) {
      Futures.whenDone(loading, wake);
      return false;
    }
    CompletableFuture<PageContent> done = loading;
    loading = null;
    store.push(executor, resend.address, resend.page, Futures.result(done));
    return true;
  }
}
