package org.millrace.runner.task;

import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.codec.RecordReader;
import org.millrace.runner.shuffle.PageContent;
import org.millrace.runner.shuffle.PageReader;

/** The pages of a reduce partition in order. */
final class ShuffleFeed implements Feed {
  private final PageLoop loop;
  private final PageReader pages;
  private final RecordCodec codec;
  private final RecordConsumer head;
  private boolean blocking;
  private long recordCount;

  ShuffleFeed(PageLoop loop, PageReader pages, RecordCodec codec, RecordConsumer head) {
    this.loop = loop;
    this.pages = pages;
    this.codec = codec;
    this.head = head;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (!pages.hasNext()) {
      return Step.DONE;
    }
    PageContent content = blocking ? pages.nextNow() : pages.nextOrNull(wake);
    if (content == null) {
      return Step.WAIT;
    }
    if (content instanceof PageContent.Records records) {
      recordCount += records.count();
      loop.push(records.records(), 0, records.count(), head);
    } else if (content instanceof PageContent.Encoded encoded) {
      RecordReader reader = codec.reader(encoded.bytes());
      recordCount +=
          head instanceof TextPairConsumer pairs
              ? loop.pushPairs(reader, encoded.count(), pairs, head)
              : loop.push(reader, encoded.count(), head);
    }
    return pages.hasNext() ? Step.MORE : Step.DONE;
  }

  @Override
  public Step prepareToBlock(Runnable wake) {
    blocking = true;
    return Step.DONE;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public void close() {
    // The pages belong to the store until the job ends.
  }
}
