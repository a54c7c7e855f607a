package org.millrace.am.dataset;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.storage.StorageLevel;
import org.millrace.runner.wire.proto.StoredPartition;

/**
 * Which datasets are persisted, and which executors keep which of their partitions. A dataset that
 * nothing refers to any more is given up. Thread-safe: programs persist on their threads, executors
 * are heard on the driver loop.
 */
public final class DatasetRegistry {
  @GuardedBy("this")
  private final Map<Long, Dataset> datasets = new HashMap<>();

  /** Others may still name them as holders of copies; their ids are never given again. */
  @GuardedBy("this")
  private final Set<Integer> lostExecutors = new HashSet<>();

  private final ReferenceQueue<RddNode> unreachable = new ReferenceQueue<>();

  /** Volatile: lets a program that persists nothing plan without the lock. */
  private volatile boolean empty = true;

  private static final class Dataset {
    final NodeReference node;
    final StorageLevel level;
    final Map<Integer, Kept> kept = new HashMap<>();

    Dataset(NodeReference node, StorageLevel level) {
      this.node = node;
      this.level = level;
    }
  }

  /** A partition, who keeps it, and how large it was when that was told last. */
  private static final class Kept {
    final Set<Integer> holders = new TreeSet<>();
    long records;
    long memoryBytes;
    long diskBytes;
  }

  private static final class NodeReference extends WeakReference<RddNode> {
    final long datasetId;

    NodeReference(RddNode node, ReferenceQueue<RddNode> queue) {
      super(node, queue);
      this.datasetId = node.id();
    }
  }

  /**
   * Keeps the partitions of a dataset from when they are next computed.
   *
   * @throws MillraceException ILLEGAL_USE when it is kept at another level, or the level keeps it
   *     nowhere
   */
  public synchronized void persist(RddNode node, StorageLevel level) {
    if (!level.isValid()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          node.description()
              + " cannot be kept at "
              + level
              + ": it names neither memory nor disk");
    }
    Dataset known = datasets.get(node.id());
    if (known == null) {
      datasets.put(node.id(), new Dataset(new NodeReference(node, unreachable), level));
      empty = false;
    } else if (!known.level.equals(level)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          node.description()
              + " is kept at "
              + known.level
              + " and cannot be kept at "
              + level
              + " too; unpersist it first");
    }
  }

  /** Gives a dataset up; false when it was not persisted. */
  public synchronized boolean unpersist(RddNode node) {
    boolean persisted = datasets.remove(node.id()) != null;
    empty = datasets.isEmpty();
    return persisted;
  }

  /** How a dataset is kept; {@code StorageLevel.NONE} when it is not. */
  public StorageLevel level(RddNode node) {
    if (empty) {
      return StorageLevel.NONE;
    }
    synchronized (this) {
      Dataset dataset = datasets.get(node.id());
      return dataset == null ? StorageLevel.NONE : dataset.level;
    }
  }

  /** The executors that keep a partition, ordered by id. */
  public synchronized List<Integer> holders(RddNode node, int partition) {
    Dataset dataset = datasets.get(node.id());
    Kept kept = dataset == null ? null : dataset.kept.get(partition);
    return kept == null ? List.of() : List.copyOf(kept.holders);
  }

  /**
   * What is persisted of a state as it was after its batch, as batches that look back need it: on
   * disk, if not in memory.
   */
  public synchronized List<RddNode> viewsOf(StateNode state) {
    return datasets.values().stream()
        .filter(dataset -> dataset.level.useDisk())
        .map(dataset -> dataset.node.get())
        .filter(
            node -> node == state || (node instanceof StateViewNode view && view.state() == state))
        .toList();
  }

  /**
   * An executor keeps these partitions, and others have copies.
   *
   * @return those of their datasets that are not persisted any more
   */
  public synchronized Set<Long> onStored(int executorId, List<StoredPartition> stored) {
    Set<Long> unwanted = new TreeSet<>();
    for (StoredPartition partition : stored) {
      Dataset dataset = datasets.get(partition.getDatasetId());
      if (dataset == null) {
        unwanted.add(partition.getDatasetId());
      } else {
        Kept kept = dataset.kept.computeIfAbsent(partition.getPartition(), number -> new Kept());
        kept.records = partition.getRecordCount();
        kept.memoryBytes = partition.getMemoryBytes();
        kept.diskBytes = partition.getDiskBytes();
        kept.holders.add(executorId);
        kept.holders.addAll(partition.getCopiesList());
        kept.holders.removeAll(lostExecutors);
      }
    }
    return unwanted;
  }

  /** Whether a partition is kept by this executor and by no other. */
  public synchronized boolean isOnlyHolder(int executorId) {
    return datasets.values().stream()
        .flatMap(dataset -> dataset.kept.values().stream())
        .anyMatch(kept -> kept.holders.size() == 1 && kept.holders.contains(executorId));
  }

  /** The executors that were thought to keep a partition may have dropped it. */
  public synchronized void onPartitionLost(long datasetId, int partition) {
    Dataset dataset = datasets.get(datasetId);
    if (dataset != null) {
      dataset.kept.remove(partition);
    }
  }

  /** The datasets that became unreachable since the last call, which are given up by this one. */
  public synchronized Set<Long> unreachable() {
    Set<Long> released = new TreeSet<>();
    for (Reference<?> gone = unreachable.poll(); gone != null; gone = unreachable.poll()) {
      long datasetId = ((NodeReference) gone).datasetId;
      Dataset dataset = datasets.get(datasetId);
      if (dataset != null && dataset.node == gone) {
        datasets.remove(datasetId);
        released.add(datasetId);
      }
    }
    empty = datasets.isEmpty();
    return released;
  }

  synchronized void onExecutorLost(int executorId) {
    lostExecutors.add(executorId);
    for (Dataset dataset : datasets.values()) {
      dataset.kept.values().forEach(kept -> kept.holders.remove(executorId));
      dataset.kept.values().removeIf(kept -> kept.holders.isEmpty());
    }
  }

  /** The datasets that are persisted, ordered by id. */
  public synchronized List<DatasetStatus> status() {
    List<DatasetStatus> status = new ArrayList<>();
    for (Dataset dataset : datasets.values()) {
      RddNode node = dataset.node.get();
      if (node != null) {
        status.add(status(node, dataset));
      }
    }
    status.sort(Comparator.comparing(DatasetStatus::id));
    return status;
  }

  private static DatasetStatus status(RddNode node, Dataset dataset) {
    int keptPartitions = 0;
    int copies = 0;
    long records = 0;
    long memoryBytes = 0;
    long diskBytes = 0;
    for (Kept kept : dataset.kept.values()) {
      int holders = kept.holders.size();
      keptPartitions += holders == 0 ? 0 : 1;
      copies += holders;
      records += holders == 0 ? 0 : kept.records;
      memoryBytes += holders * kept.memoryBytes;
      diskBytes += holders * kept.diskBytes;
    }
    String name = node.name();
    return new DatasetStatus(
        node.id(),
        name == null ? "" : name,
        node.description(),
        dataset.level,
        node.partitionCount(),
        keptPartitions,
        copies,
        records,
        memoryBytes,
        diskBytes);
  }
}
