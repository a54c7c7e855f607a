package org.millrace.runner.task;

import org.millrace.runner.store.PartitionWriter;

/** Keeps what passes. Its writer changes with each input, see {@link StoringFeed}. */
final class StoreOperator extends RecordOperator {
  private PartitionWriter writer;

  @Override
  void use(Object writerOrNull) {
    writer = (PartitionWriter) writerOrNull;
  }

  @Override
  public void accept(Object record) throws Exception {
    if (writer != null) {
      writer.add(record);
    }
    next.accept(record);
  }
}
