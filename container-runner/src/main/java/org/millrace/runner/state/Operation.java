package org.millrace.runner.state;

import org.millrace.api.Tuple2;

/**
 * What an attempt does to the table of its partition. Made for one attempt; owned by it.
 *
 * <pre>
 *   (initial)* -> leave until true -> (accept)* -> finish until true
 * </pre>
 */
abstract class Operation {
  final StatePartition state;
  final StateTable table;
  final ChangeLog log;

  Operation(StatePartition state) {
    this.state = state;
    this.table = state.table;
    this.log = state.changes();
  }

  /** A pair of key and state that the first version begins with; the last one of a key counts. */
  void initial(Tuple2<?, ?> pair, long timeMs) {
    put(pair._1(), StateTable.hash(pair._1()), pair._2(), timeMs);
  }

  final void put(Object key, int hash, Object value, long timeMs) {
    Entry entry = table.find(key, hash);
    if (entry == null) {
      table.enter(key, hash, value, timeMs, log);
    } else {
      table.set(entry, value, log);
    }
    state.size.put(key, value);
  }

  /**
   * Removes what the batch time alone removes.
   *
   * @param limit about how many keys to look at
   * @return whether that was all
   */
  boolean leave(int limit) throws Exception {
    return true;
  }

  /** A pair of the batch. */
  abstract void accept(Tuple2<?, ?> pair) throws Exception;

  /**
   * Does what can be done only when all pairs were accepted.
   *
   * @param limit about how many keys to look at
   * @return whether that was all
   */
  abstract boolean finish(int limit) throws Exception;
}
