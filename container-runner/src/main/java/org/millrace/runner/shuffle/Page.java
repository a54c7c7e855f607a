package org.millrace.runner.shuffle;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * A page in memory or on the local disk. Thread-safe: a short lock, because the thread that spills
 * it, the task that reads it and the end of its job meet here.
 */
public final class Page {
  private final int recordCount;
  private final int sizeBytes;

  /** In bytes 0 when it came by reference. */
  private final int checksum;

  @GuardedBy("this")
  private PageContent content;

  @GuardedBy("this")
  private SpillArea.Extent extent;

  @GuardedBy("this")
  private boolean admitted;

  @GuardedBy("this")
  private boolean dropped;

  /**
   * @param sizeBytes what it takes in memory, estimated when it is by reference
   */
  public Page(PageContent content, int recordCount, int sizeBytes, int checksum) {
    this.content = content;
    this.recordCount = recordCount;
    this.sizeBytes = sizeBytes;
    this.checksum = checksum;
  }

  public int recordCount() {
    return recordCount;
  }

  /** What it takes in memory; estimated when it is by reference. */
  public int sizeBytes() {
    return sizeBytes;
  }

  int checksum() {
    return checksum;
  }

  /** Null when it is on disk, or dropped. */
  public synchronized PageContent contentOrNull() {
    return content;
  }

  /** Null when it is in memory, or dropped. */
  public synchronized SpillArea.Extent extentOrNull() {
    return extent;
  }

  /** Its memory was reserved; false when it was dropped in the meantime. */
  synchronized boolean admit() {
    admitted = !dropped;
    return admitted;
  }

  /** Leaves memory for the disk; false when it was dropped in the meantime. */
  synchronized boolean moveTo(SpillArea.Extent where) {
    if (dropped) {
      return false;
    }
    content = null;
    extent = where;
    return true;
  }

  /** Returns the bytes of reserved memory that it held until now. */
  synchronized int drop() {
    int held = admitted && content != null ? sizeBytes : 0;
    dropped = true;
    content = null;
    extent = null;
    return held;
  }

  synchronized boolean isDropped() {
    return dropped;
  }
}
