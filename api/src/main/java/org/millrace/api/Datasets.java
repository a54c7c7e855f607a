package org.millrace.api;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import org.millrace.api.graph.Lineage;
import org.millrace.api.graph.RddNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.storage.StorageLevel;

/**
 * Which datasets are kept, for as long as something else refers to them. Synchronized, because the
 * main and the batch thread define datasets.
 */
final class Datasets {
  @GuardedBy("this")
  private final Set<RddNode> persisted = Collections.newSetFromMap(new WeakHashMap<>());

  synchronized void persisted(RddNode node) {
    persisted.add(node);
  }

  synchronized void unpersisted(RddNode node) {
    persisted.remove(node);
  }

  /** The nodes of the datasets that are kept, by id. */
  synchronized Map<Long, RddNode> persisted() {
    Map<Long, RddNode> result = new TreeMap<>();
    persisted.forEach(node -> result.put(node.id(), node));
    return result;
  }

  String lineage(RddNode node, Engine engine) {
    return Lineage.of(node, each -> remarks(each, engine.storageLevel(each)));
  }

  private static String remarks(RddNode node, StorageLevel level) {
    String name = node.name();
    return (name == null ? "" : " \"" + name + "\"")
        + (level.equals(StorageLevel.NONE) ? "" : " kept: " + level);
  }
}
