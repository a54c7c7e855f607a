package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.store.PartitionWriter;
import org.millrace.runner.wire.proto.StoreTarget;

/**
 * Gives the STORE operators of a segment their writers for one input, and says when it has passed
 * to its end; what ends before is not kept.
 */
final class StoringFeed implements Feed {
  private final Feed feed;
  private final List<RecordOperator> operators;
  private final List<StoreTarget> targets;
  private final TaskStores stores;
  private final List<PartitionWriter> writers = new ArrayList<>(1);
  private boolean blocking;
  private boolean begun;

  /**
   * @param feed of the segment
   * @param operators the STORE operators of the segment
   * @param targets of each operator
   */
  StoringFeed(
      Feed feed, List<RecordOperator> operators, List<StoreTarget> targets, TaskStores stores) {
    this.feed = feed;
    this.operators = operators;
    this.targets = targets;
    this.stores = stores;
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (!begun) {
      begin();
    }
    if (!blocking && !allReady(wake)) {
      return Step.WAIT;
    }
    Step step = feed.push(wake);
    if (step == Step.DONE) {
      writers.forEach(stores::complete);
      end();
    }
    return step;
  }

  private void begin() {
    begun = true;
    for (int i = 0; i < operators.size(); i++) {
      PartitionWriter writer = stores.openOrNull(targets.get(i));
      operators.get(i).use(writer);
      if (writer != null) {
        writers.add(writer);
      }
    }
  }

  private boolean allReady(Runnable wake) {
    for (PartitionWriter writer : writers) {
      if (!writer.isReady(wake)) {
        return false;
      }
    }
    return true;
  }

  private void end() {
    writers.clear();
    operators.forEach(operator -> operator.use(null));
  }

  @Override
  public Step prepareToBlock(Runnable wake) throws Exception {
    blocking = true;
    return feed.prepareToBlock(wake);
  }

  @Override
  public long recordCount() {
    return feed.recordCount();
  }

  @Override
  public void close() {
    feed.close();
    if (!writers.isEmpty()) {
      writers.forEach(PartitionWriter::abandon);
      end();
    }
  }
}
