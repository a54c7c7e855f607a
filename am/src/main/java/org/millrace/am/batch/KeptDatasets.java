package org.millrace.am.batch;

import org.millrace.api.graph.RddNode;
import org.millrace.api.storage.StorageLevel;

/** Port: the engine's kept datasets. Thread-safe; no call waits. */
public interface KeptDatasets {
  /** The partitions of the dataset are kept from when they are first computed. */
  void persist(RddNode dataset, StorageLevel level);

  void unpersist(RddNode dataset);

  /** How it is kept; {@link StorageLevel#NONE} when it is not. */
  StorageLevel storageLevel(RddNode dataset);
}
