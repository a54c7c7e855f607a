package org.millrace.runner.state;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function2;
import org.millrace.api.streaming.Time;

/** Replaces the table by the pairs that the function makes of all keys, state and values. */
final class UpdatePartitionOperation extends Operation {
  private final Function2<
          Time,
          Iterator<Tuple3<Object, List<Object>, Optional<Object>>>,
          Iterator<Tuple2<Object, Object>>>
      function;
  private final Time time;
  private final BatchValues batch = new BatchValues();
  private final StateTable replacement = StateTable.plain();
  private final ChangeLog noLog = ChangeLog.ofFirst(1, replacement);
  private Iterator<Tuple2<Object, Object>> output;

  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  UpdatePartitionOperation(StatePartition state, Object function, long timeMs) {
    super(state);
    this.function =
        (Function2<
                Time,
                Iterator<Tuple3<Object, List<Object>, Optional<Object>>>,
                Iterator<Tuple2<Object, Object>>>)
            function;
    this.time = new Time(timeMs);
  }

  @Override
  void accept(Tuple2<?, ?> pair) {
    batch.add(pair);
  }

  @Override
  boolean finish(int limit) throws Exception {
    if (output == null) {
      output = function.call(time, new Input());
      if (output == null) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "the partition function of updateStateByKey returned null; return an empty iterator to"
                + " remove all keys");
      }
    }
    for (int done = 0; done < limit; done++) {
      if (!output.hasNext()) {
        replace();
        return true;
      }
      add(output.next());
    }
    return false;
  }

  private void add(Tuple2<Object, Object> pair) {
    Object key = pair._1();
    int hash = StateTable.hash(key);
    if (replacement.find(key, hash) != null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the partition function of updateStateByKey gave key "
              + key
              + " twice; a key has one state: give it once");
    }
    replacement.enter(key, hash, pair._2(), 0, noLog);
    state.size.put(key, pair._2());
  }

  private void replace() {
    log.onUndo(() -> state.table = table);
    log.keeps(table.size());
    log.replaced();
    state.table = replacement;
  }

  /** Keys with state in their order, then new ones. */
  private final class Input implements Iterator<Tuple3<Object, List<Object>, Optional<Object>>> {
    private Entry next = table.first();

    @Override
    public boolean hasNext() {
      return next != null || !batch.isEmpty();
    }

    @Override
    public Tuple3<Object, List<Object>, Optional<Object>> next() {
      if (next != null) {
        Entry entry = next;
        next = table.next(entry);
        return new Tuple3<>(entry.key, batch.take(entry), Optional.ofNullable(entry.value));
      }
      Entry first = batch.takeFirst();
      if (first == null) {
        throw new NoSuchElementException("the keys of the partition are at their end");
      }
      return new Tuple3<>(first.key, BatchValues.values(first), Optional.empty());
    }
  }
}
