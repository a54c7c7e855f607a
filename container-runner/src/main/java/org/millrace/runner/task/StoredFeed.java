package org.millrace.runner.task;

import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.codec.RecordReader;
import org.millrace.runner.shuffle.PageContent;
import org.millrace.runner.store.PartitionReader;

/** A kept partition, from here or from another executor. */
final class StoredFeed implements Feed {
  private final PageLoop loop;
  private final PartitionReader partition;
  private final RecordCodec codec;
  private final RecordConsumer head;
  private long recordCount;

  StoredFeed(PageLoop loop, PartitionReader partition, RecordCodec codec, RecordConsumer head) {
    this.loop = loop;
    this.partition = partition;
    this.codec = codec;
    this.head = head;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    PageContent content = partition.nextOrNull(wake);
    if (content == null) {
      return partition.isAtEnd() ? Step.DONE : Step.WAIT;
    }
    int skipped = partition.skipped();
    if (content instanceof PageContent.Records records) {
      loop.push(records.records(), skipped, records.count(), head);
    } else if (content instanceof PageContent.Encoded encoded) {
      RecordReader reader = codec.reader(encoded.bytes());
      for (int i = 0; i < skipped; i++) {
        Object unused = reader.next();
      }
      loop.push(reader, encoded.count() - skipped, head);
    }
    recordCount += content.count() - skipped;
    return Step.MORE;
  }

  @Override
  public Step prepareToBlock(Runnable wake) {
    return partition.prepareToBlock(wake) ? Step.DONE : Step.WAIT;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public void close() {
    // Nothing is open; what was asked of others is dropped when it comes.
  }
}
