package org.millrace.runner.state;

import org.millrace.api.Tuple2;
import org.millrace.runner.conf.Technique;

/**
 * An operation that looks the key of each pair up. In a table that is larger than the processor's
 * caches a look-up is a row of waits for memory, so the pairs of a group are looked up side by side
 * before the first of them is applied (Chen, Ailamaki, Gibbons, Mowry: "Improving hash join
 * performance through prefetching", 2004). Pairs are applied in the order in which they arrive.
 */
abstract class LookingUp extends Operation {
  private static final int GROUP = 32;

  /** Tables of fewer keys are in the caches anyway. */
  private static final int LARGE = Technique.READ_AHEAD.isUsed() ? 1 << 14 : Integer.MAX_VALUE;

  private final Tuple2<?, ?>[] waiting = new Tuple2<?, ?>[GROUP];
  private final int[] hashes = new int[GROUP];
  private final Entry[] candidates = new Entry[GROUP];
  private int count;

  /** Depends on all that was read ahead, so that the compiler keeps reading it. */
  int read;

  LookingUp(StatePartition state) {
    super(state);
  }

  @Override
  final void accept(Tuple2<?, ?> pair) throws Exception {
    waiting[count] = pair;
    hashes[count++] = StateTable.hash(pair._1());
    if (count == GROUP) {
      applyWaiting();
    }
  }

  private void applyWaiting() throws Exception {
    int applied = count;
    count = 0;
    if (table.size() >= LARGE) {
      read += table.readAhead(hashes, applied, candidates);
    }
    for (int i = 0; i < applied; i++) {
      apply(waiting[i], hashes[i]);
    }
  }

  /** A pair of the batch. */
  abstract void apply(Tuple2<?, ?> pair, int hash) throws Exception;

  @Override
  final boolean finish(int limit) throws Exception {
    applyWaiting();
    return finishApplied(limit);
  }

  /** {@link #finish}, when all pairs were applied. */
  abstract boolean finishApplied(int limit) throws Exception;
}
