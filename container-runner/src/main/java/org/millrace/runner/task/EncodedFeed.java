package org.millrace.runner.task;

import org.millrace.runner.codec.RecordReader;

/** Records that came with the task's message. */
final class EncodedFeed implements Feed {
  private static final int RECORDS_A_STEP = 4_096;

  private final PageLoop loop;
  private final RecordReader reader;
  private final RecordConsumer head;
  private long recordCount;

  EncodedFeed(PageLoop loop, RecordReader reader, RecordConsumer head) {
    this.loop = loop;
    this.reader = reader;
    this.head = head;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    recordCount += loop.push(reader, RECORDS_A_STEP, head);
    return reader.hasNext() ? Step.MORE : Step.DONE;
  }

  @Override
  public Step prepareToBlock(Runnable wake) {
    return Step.DONE;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
