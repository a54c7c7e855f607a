package org.millrace.api.storage;

import java.io.Serializable;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Where data is kept and on how many executors.
 *
 * <p>Received blocks are always kept as bytes in memory first and on local disk when memory is
 * short, so for receivers only {@link #replication()} and {@link #isValid()} make a difference.
 *
 * @param useDisk whether it may be kept on local disk
 * @param useMemory whether it may be kept in memory
 * @param useOffHeap whether it is kept outside of the Java heap
 * @param deserialized whether it is kept as objects
 * @param replication on how many executors it is kept, 1 to 39
 */
public record StorageLevel(
    boolean useDisk, boolean useMemory, boolean useOffHeap, boolean deserialized, int replication)
    implements Serializable {
  private static final int MAX_REPLICATION = 39;

  /** Not kept at all. */
  public static final StorageLevel NONE = new StorageLevel(false, false, false, false, 1);

  /** On disk, one copy. */
  public static final StorageLevel DISK_ONLY = new StorageLevel(true, false, false, false, 1);

  /** On disk, two copies. */
  public static final StorageLevel DISK_ONLY_2 = new StorageLevel(true, false, false, false, 2);

  /** On disk, three copies. */
  public static final StorageLevel DISK_ONLY_3 = new StorageLevel(true, false, false, false, 3);

  /** As objects in memory, one copy. */
  public static final StorageLevel MEMORY_ONLY = new StorageLevel(false, true, false, true, 1);

  /** As objects in memory, two copies. */
  public static final StorageLevel MEMORY_ONLY_2 = new StorageLevel(false, true, false, true, 2);

  /** As bytes in memory, one copy. */
  public static final StorageLevel MEMORY_ONLY_SER = new StorageLevel(false, true, false, false, 1);

  /** As bytes in memory, two copies. */
  public static final StorageLevel MEMORY_ONLY_SER_2 =
      new StorageLevel(false, true, false, false, 2);

  /** As objects in memory, the rest on disk, one copy. */
  public static final StorageLevel MEMORY_AND_DISK = new StorageLevel(true, true, false, true, 1);

  /** As objects in memory, the rest on disk, two copies. */
  public static final StorageLevel MEMORY_AND_DISK_2 = new StorageLevel(true, true, false, true, 2);

  /** As bytes in memory, the rest on disk, one copy. */
  public static final StorageLevel MEMORY_AND_DISK_SER =
      new StorageLevel(true, true, false, false, 1);

  /** As bytes in memory, the rest on disk, two copies. */
  public static final StorageLevel MEMORY_AND_DISK_SER_2 =
      new StorageLevel(true, true, false, false, 2);

  /** As bytes outside of the heap, the rest on disk, one copy. */
  public static final StorageLevel OFF_HEAP = new StorageLevel(true, true, true, false, 1);

  /** Checks the number of copies. */
  public StorageLevel {
    if (replication < 1 || replication > MAX_REPLICATION) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a storage level cannot keep "
              + replication
              + " copies; give a number from 1 to "
              + MAX_REPLICATION);
    }
    if (useOffHeap && deserialized) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a storage level outside of the heap cannot keep objects; set deserialized to false");
    }
  }

  /** In words, as pages show it: {@code Disk Memory Deserialized 2x Replicated}. */
  public String description() {
    return (useDisk ? "Disk " : "")
        + (useMemory ? useOffHeap ? "Memory (off heap) " : "Memory " : "")
        + (deserialized ? "Deserialized " : "Serialized ")
        + replication
        + "x Replicated";
  }

  /** Whether data of this level is kept anywhere. */
  public boolean isValid() {
    return useDisk || useMemory;
  }
}
