package org.millrace.runner.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.millrace.runner.shuffle.Page;
import org.millrace.runner.shuffle.SpillArea;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.StoredPartition;

/**
 * The pages of a partition that is being stored or is kept. Thread-safe: a short lock, because the
 * task that stores it, those that read it and whatever drops it meet here.
 */
final class KeptPartition {
  private final StoreTarget target;
  private final SpillArea area;

  @GuardedBy("this")
  private final List<Page> pages = new ArrayList<>();

  @GuardedBy("this")
  private List<Integer> copies = List.of();

  @GuardedBy("this")
  private boolean dropped;

  KeptPartition(StoreTarget target, SpillArea area) {
    this.target = target;
    this.area = area;
  }

  StoreTarget target() {
    return target;
  }

  DatasetPartition name() {
    return DatasetPartition.of(target);
  }

  SpillArea area() {
    return area;
  }

  /** False when it was dropped: the page is still the caller's. */
  synchronized boolean add(Page page) {
    if (!dropped) {
      pages.add(page);
    }
    return !dropped;
  }

  synchronized boolean isDropped() {
    return dropped;
  }

  /** Null when it was dropped: whoever found it before must not take it for an empty one. */
  synchronized List<Page> pagesOrNull() {
    return dropped ? null : List.copyOf(pages);
  }

  /** The pages, for whoever calls first: it releases them. */
  synchronized List<Page> drop() {
    dropped = true;
    List<Page> released = List.copyOf(pages);
    pages.clear();
    return released;
  }

  synchronized void copiedTo(List<Integer> executors) {
    copies = List.copyOf(executors);
  }

  /** What the driver is told. */
  synchronized StoredPartition description() {
    StoredPartition.Builder description =
        StoredPartition.newBuilder()
            .setDatasetId(target.getDatasetId())
            .setPartition(target.getPartition())
            .addAllCopies(copies);
    long records = 0;
    long memoryBytes = 0;
    long diskBytes = 0;
    for (Page page : pages) {
      records += page.recordCount();
      SpillArea.Extent extent = page.extentOrNull();
      if (extent == null) {
        memoryBytes += page.sizeBytes();
      } else {
        diskBytes += extent.length();
      }
    }
    return description
        .setRecordCount(records)
        .setMemoryBytes(memoryBytes)
        .setDiskBytes(diskBytes)
        .build();
  }
}
