package org.millrace.am.driver;

import org.millrace.am.batch.KeptDatasets;
import org.millrace.api.graph.RddNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.storage.StorageLevel;

/** The datasets that an engine keeps, as batches see them. Thread-safe. */
record EngineDatasets(Engine engine) implements KeptDatasets {
  @Override
  public void persist(RddNode dataset, StorageLevel level) {
    engine.persist(dataset, level);
  }

  @Override
  public void unpersist(RddNode dataset) {
    engine.unpersist(dataset, false);
  }

  @Override
  public StorageLevel storageLevel(RddNode dataset) {
    return engine.storageLevel(dataset);
  }
}
