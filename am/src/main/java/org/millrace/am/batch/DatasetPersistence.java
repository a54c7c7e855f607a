package org.millrace.am.batch;

import java.util.IdentityHashMap;
import java.util.Map;
import org.millrace.api.graph.BlocksNode;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.storage.StorageLevel;

/**
 * Keeps datasets of streams while batches may ask for them. A dataset that several times or streams
 * share is given up by the last of them; one that the program keeps itself is left to it. Used
 * under the evaluator's lock.
 */
final class DatasetPersistence {
  private final StreamRetention retention;
  private final KeptDatasets datasets;
  private final Map<RddNode, Integer> holders = new IdentityHashMap<>();

  DatasetPersistence(StreamRetention retention, KeptDatasets datasets) {
    this.retention = retention;
    this.datasets = datasets;
  }

  /** Keeps a dataset if it has to be; answers whether {@link #forget} must be called for it. */
  boolean keep(StreamNode stream, RddNode dataset) {
    StorageLevel level = levelOf(stream, dataset);
    if (!level.isValid()) {
      return false;
    }
    if (!holders.containsKey(dataset)) {
      if (datasets.storageLevel(dataset).isValid()) {
        return false;
      }
      datasets.persist(dataset, level);
    }
    holders.merge(dataset, 1, Integer::sum);
    return true;
  }

  /** A stream that kept the dataset does not need it any more. */
  void forget(RddNode dataset) {
    if (holders.merge(dataset, -1, Integer::sum) == 0) {
      holders.remove(dataset);
      datasets.unpersist(dataset);
    }
  }

  /** Whether a dataset shows state of its own batch only. */
  static boolean isViewOfState(RddNode dataset) {
    return dataset instanceof StateNode || dataset instanceof StateViewNode;
  }

  private StorageLevel levelOf(StreamNode stream, RddNode dataset) {
    if (isViewOfState(dataset)) {
      return retention.levelOfState(stream).orElse(StorageLevel.NONE);
    }
    boolean inMemory =
        dataset instanceof EmptyNode
            || dataset instanceof CollectionNode
            || dataset instanceof BlocksNode;
    return inMemory ? StorageLevel.NONE : retention.level(stream).orElse(StorageLevel.NONE);
  }
}
