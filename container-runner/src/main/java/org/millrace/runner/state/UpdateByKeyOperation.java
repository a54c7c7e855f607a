package org.millrace.runner.state;

import java.util.List;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function4;
import org.millrace.api.streaming.Time;

/** Calls the function for each key with state, in their order, then for each new one. */
final class UpdateByKeyOperation extends Operation {
  private final Function4<Time, Object, List<Object>, Optional<Object>, Optional<Object>> function;
  private final Time time;
  private final BatchValues batch = new BatchValues();
  private Entry next;
  private boolean begun;

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  UpdateByKeyOperation(StatePartition state, Object function, long timeMs) {
    super(state);
    this.function =
        (Function4<Time, Object, List<Object>, Optional<Object>, Optional<Object>>) function;
    this.time = new Time(timeMs);
  }

  @Override
  void accept(Tuple2<?, ?> pair) {
    batch.add(pair);
  }

  @Override
  boolean finish(int limit) throws Exception {
    if (!begun) {
      begun = true;
      next = table.first();
    }
    for (int done = 0; done < limit; done++) {
      if (next != null) {
        Entry entry = next;
        next = table.next(entry);
        update(entry);
      } else if (!addNew()) {
        return true;
      }
    }
    return false;
  }

  private void update(Entry entry) throws Exception {
    List<Object> values = batch.take(entry);
    Object after = call(entry.key, values, Optional.ofNullable(entry.value));
    if (after == null) {
      table.leave(entry, log);
    } else {
      table.set(entry, after, log);
      state.size.put(entry.key, after);
    }
  }

  private boolean addNew() throws Exception {
    Entry first = batch.takeFirst();
    if (first == null) {
      return false;
    }
    Object after = call(first.key, BatchValues.values(first), Optional.empty());
    if (after != null) {
      table.enter(first.key, first.hash, after, time.milliseconds(), log);
      state.size.put(first.key, after);
    }
    return true;
  }

  /** Null when the key is to be removed. */
  private Object call(Object key, List<Object> values, Optional<Object> before) throws Exception {
    Optional<Object> after = function.call(time, key, values, before);
    if (after == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the function of updateStateByKey returned null for key "
              + key
              + "; return Optional.empty() to remove the key");
    }
    return after.orElse(null);
  }
}
