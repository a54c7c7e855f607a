package org.millrace.runner.state;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function3;
import org.millrace.api.function.Function4;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.Time;

/** Calls the function for each pair as it arrives, then for each key that times out. */
@SuppressWarnings("unchecked") // the program's types were checked where it was compiled
final class MapWithStateOperation extends LookingUp {
  private final Function3<Object, Optional<Object>, State<Object>, Object> always;
  private final Function4<Time, Object, Optional<Object>, State<Object>, Optional<Object>> mayEmit;
  private final long timeMs;
  private final Time time;
  private final long timeoutMs;
  private final KeyState key = new KeyState();
  private final List<Object> results = new ArrayList<>();
  private final PriorityQueue<TimedEntry> expired = new PriorityQueue<>(TimedEntry.BY_DEADLINE);
  private TimedEntry lastExpired;
  private boolean allExpired;

  /**
   * @param timeoutMs -1 for never
   */
  MapWithStateOperation(
      StatePartition state, Object function, boolean alwaysEmits, long timeMs, long timeoutMs) {
    super(state);
    this.always =
        alwaysEmits ? (Function3<Object, Optional<Object>, State<Object>, Object>) function : null;
    this.mayEmit =
        alwaysEmits
            ? null
            : (Function4<Time, Object, Optional<Object>, State<Object>, Optional<Object>>) function;
    this.timeMs = timeMs;
    this.time = new Time(timeMs);
    this.timeoutMs = timeoutMs;
    this.allExpired = timeoutMs < 0;
  }

  List<Object> results() {
    return results;
  }

  @Override
  void apply(Tuple2<?, ?> pair, int hash) throws Exception {
    Object name = pair._1();
    Entry entry = table.find(name, hash);
    key.begin(entry, false);
    call(name, Optional.ofNullable(pair._2()));
    if (key.wasRemoved()) {
      if (entry != null) {
        table.leave(entry, log);
      }
      return;
    }
    if (key.wasUpdated()) {
      if (entry == null) {
        table.enter(name, hash, key.newValue(), timeMs, log);
      } else {
        table.set(entry, key.newValue(), log);
      }
      state.size.put(name, key.newValue());
    }
    if (entry != null && timeoutMs >= 0) {
      table.touches().touch((TimedEntry) entry, timeMs, log);
    }
  }

  private void call(Object name, Optional<Object> value) throws Exception {
    if (always != null) {
      results.add(always.call(name, value, key));
    } else {
      Optional<Object> result = mayEmit.call(time, name, value, key);
      if (result == null) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "the function of mapWithState returned null for key "
                + name
                + "; return Optional.empty() to emit nothing");
      }
      if (result.isPresent()) {
        results.add(result.get());
      }
    }
    key.end();
  }

  @Override
  boolean finishApplied(int limit) throws Exception {
    for (int done = 0; done < limit; done++) {
      if (!allExpired) {
        gatherExpired();
      } else if (!expire()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Keys of one deadline lie in the order of their touches and time out in that of the table, so
   * the expired ones are gathered first.
   */
  private void gatherExpired() {
    TouchOrder touches = table.touches();
    TimedEntry next = lastExpired == null ? touches.oldest() : touches.newerThan(lastExpired);
    if (next == null || timeMs - next.touchedMs < timeoutMs) {
      allExpired = true;
    } else {
      expired.add(next);
      lastExpired = next;
    }
  }

  private boolean expire() throws Exception {
    TimedEntry entry = expired.poll();
    if (entry == null) {
      return false;
    }
    key.begin(entry, true);
    call(entry.key, Optional.empty());
    table.leave(entry, log);
    return true;
  }
}
