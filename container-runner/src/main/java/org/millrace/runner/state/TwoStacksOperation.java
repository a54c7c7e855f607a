package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.function.Function2;

/** A reduced window of a function without inverse: {@link TwoStacks} for each key. */
final class TwoStacksOperation extends WindowOperation {
  private final Function2<Object, Object, Object> reduce;

  /** Keys whose stacks this batch changed, some more than once. */
  private final List<Entry> stale = new ArrayList<>();

  private int refreshed;

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  TwoStacksOperation(StatePartition state, Place place, Object reduce, Object filter) {
    super(state, place, filter, TwoStacksOperation::shown, false);
    Function2<Object, Object, Object> function = (Function2<Object, Object, Object>) reduce;
    this.reduce =
        (earlier, later) -> {
          calls++;
          return function.call(earlier, later);
        };
  }

  @Override
  void leave(Entry entry, Pane pane, int position) throws Exception {
    if (!entry.isPresent) {
      return;
    }
    TwoStacks rest = ((TwoStacks) entry.value).without(place.lastLeft(), reduce);
    if (rest.isEmpty()) {
      table.leave(entry, log);
    } else {
      replace(entry, rest);
    }
  }

  @Override
  void enter(Pane pane, Entry entryOrNull, Object key, int hash, Object value) throws Exception {
    Entry entry = entryOrNull;
    if (entry == null) {
      entry = add(key, hash, TwoStacks.empty());
    }
    TwoStacks stacks = (TwoStacks) entry.value;
    if (!stacks.has(pane.number)) {
      window.add(pane, entry, null);
    }
    replace(entry, stacks.with(pane.number, value, TwoStacks.share(entry.hash), reduce));
  }

  private void replace(Entry entry, TwoStacks stacks) {
    if (entry.value != stacks) {
      stale.add(entry);
      change(entry, stacks);
    }
  }

  @Override
  boolean finishApplied(int limit) throws Exception {
    if (refreshed == stale.size()) {
      return super.finishApplied(limit);
    }
    int until = Math.min(stale.size(), refreshed + limit);
    for (; refreshed < until; refreshed++) {
      refresh(stale.get(refreshed));
    }
    return false;
  }

  private void refresh(Entry entry) throws Exception {
    TwoStacks stacks = (TwoStacks) entry.value;
    if (entry.isPresent && stacks.reduced == null) {
      stacks.reduce(reduce);
    }
  }

  static Object shown(Object kept) {
    return ((TwoStacks) kept).reduced;
  }
}
