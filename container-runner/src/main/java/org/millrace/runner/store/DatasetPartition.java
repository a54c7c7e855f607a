package org.millrace.runner.store;

import org.millrace.runner.wire.proto.StoreTarget;

/** The name of a kept partition. */
record DatasetPartition(long datasetId, int partition) {
  static DatasetPartition of(StoreTarget target) {
    return new DatasetPartition(target.getDatasetId(), target.getPartition());
  }

  @Override
  public String toString() {
    return "partition " + partition + " of dataset " + datasetId;
  }
}
