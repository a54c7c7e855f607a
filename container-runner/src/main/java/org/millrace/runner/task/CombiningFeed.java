package org.millrace.runner.task;

import org.millrace.api.Tuple2;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.shuffle.RecordSizes;

/** First folds all input into a table, then pushes its pairs in first-seen order. */
final class CombiningFeed implements Feed {
  private static final int PAIRS_A_STEP = 1_024;

  private final Feed input;
  private final Combiner table;
  private final MemoryAccountant memory;
  private final RecordConsumer head;
  private boolean folded;
  private int position;
  private long reservedBytes;
  private long bytesAnEntry;

  /**
   * @param input pushes into {@code table}
   */
  CombiningFeed(Feed input, Combiner table, MemoryAccountant memory, RecordConsumer head) {
    this.input = input;
    this.table = table;
    this.memory = memory;
    this.head = head;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (!folded) {
      return fold(wake);
    }
    int until = Math.min(table.size(), position + PAIRS_A_STEP);
    table.push(position, until, head);
    position = until;
    return position < table.size() ? Step.MORE : Step.DONE;
  }

  private Step fold(Runnable wake) throws Exception {
    Step step = input.push(wake);
    account();
    if (step != Step.DONE) {
      return step;
    }
    folded = true;
    return table.size() == 0 ? Step.DONE : Step.MORE;
  }

  /** All of it must be held: what does not fit is overdrawn, so that others wait or spill. */
  private void account() {
    int size = table.size();
    if (size == 0) {
      return;
    }
    if (bytesAnEntry == 0) {
      bytesAnEntry = RecordSizes.estimateBytes(new Tuple2<>(table.key(0), table.combiner(0)));
    }
    long more = size * bytesAnEntry - reservedBytes;
    if (more > 0) {
      memory.overdraw(Use.SHUFFLE, more);
      reservedBytes += more;
    }
  }

  @Override
  public Step prepareToBlock(Runnable wake) throws Exception {
    return input.prepareToBlock(wake);
  }

  @Override
  public long recordCount() {
    return input.recordCount();
  }

  @Override
  public void close() {
    memory.release(Use.SHUFFLE, reservedBytes);
    reservedBytes = 0;
    table.clear();
    input.close();
  }
}
