package org.millrace.runner.task;

import org.millrace.runner.codec.RecordReader;

/** Records that came with the task's message. */
final class EncodedFeed implements Feed {
  private static final int RECORDS_A_STEP = 4_096;

  private final PageLoop loop;
  private final RecordReader reader;
  private long recordCount;

  EncodedFeed(PageLoop loop, RecordReader reader) {
    this.loop = loop;
    this.reader = reader;
  }

  @Override
  public Step push(RecordConsumer head, Runnable wake) throws Exception {
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
