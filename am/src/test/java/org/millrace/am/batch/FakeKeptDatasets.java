package org.millrace.am.batch;

import java.util.IdentityHashMap;
import java.util.Map;
import org.millrace.api.graph.RddNode;
import org.millrace.api.storage.StorageLevel;

/** Remembers which datasets are kept. */
final class FakeKeptDatasets implements KeptDatasets {
  private final Map<RddNode, StorageLevel> kept = new IdentityHashMap<>();

  int size() {
    return kept.size();
  }

  @Override
  public void persist(RddNode dataset, StorageLevel level) {
    if (kept.put(dataset, level) != null) {
      throw new AssertionError(dataset + " is kept already");
    }
  }

  @Override
  public void unpersist(RddNode dataset) {
    if (kept.remove(dataset) == null) {
      throw new AssertionError(dataset + " is not kept");
    }
  }

  @Override
  public StorageLevel storageLevel(RddNode dataset) {
    return kept.getOrDefault(dataset, StorageLevel.NONE);
  }
}
