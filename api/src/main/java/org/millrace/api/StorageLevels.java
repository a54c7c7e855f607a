package org.millrace.api;

import org.millrace.api.storage.StorageLevel;

/** The storage levels by their names. */
public final class StorageLevels {
  /** See {@link StorageLevel#NONE}. */
  public static final StorageLevel NONE = StorageLevel.NONE;

  /** See {@link StorageLevel#DISK_ONLY}. */
  public static final StorageLevel DISK_ONLY = StorageLevel.DISK_ONLY;

  /** See {@link StorageLevel#DISK_ONLY_2}. */
  public static final StorageLevel DISK_ONLY_2 = StorageLevel.DISK_ONLY_2;

  /** See {@link StorageLevel#DISK_ONLY_3}. */
  public static final StorageLevel DISK_ONLY_3 = StorageLevel.DISK_ONLY_3;

  /** See {@link StorageLevel#MEMORY_ONLY}. */
  public static final StorageLevel MEMORY_ONLY = StorageLevel.MEMORY_ONLY;

  /** See {@link StorageLevel#MEMORY_ONLY_2}. */
  public static final StorageLevel MEMORY_ONLY_2 = StorageLevel.MEMORY_ONLY_2;

  /** See {@link StorageLevel#MEMORY_ONLY_SER}. */
  public static final StorageLevel MEMORY_ONLY_SER = StorageLevel.MEMORY_ONLY_SER;

  /** See {@link StorageLevel#MEMORY_ONLY_SER_2}. */
  public static final StorageLevel MEMORY_ONLY_SER_2 = StorageLevel.MEMORY_ONLY_SER_2;

  /** See {@link StorageLevel#MEMORY_AND_DISK}. */
  public static final StorageLevel MEMORY_AND_DISK = StorageLevel.MEMORY_AND_DISK;

  /** See {@link StorageLevel#MEMORY_AND_DISK_2}. */
  public static final StorageLevel MEMORY_AND_DISK_2 = StorageLevel.MEMORY_AND_DISK_2;

  /** See {@link StorageLevel#MEMORY_AND_DISK_SER}. */
  public static final StorageLevel MEMORY_AND_DISK_SER = StorageLevel.MEMORY_AND_DISK_SER;

  /** See {@link StorageLevel#MEMORY_AND_DISK_SER_2}. */
  public static final StorageLevel MEMORY_AND_DISK_SER_2 = StorageLevel.MEMORY_AND_DISK_SER_2;

  /** See {@link StorageLevel#OFF_HEAP}. */
  public static final StorageLevel OFF_HEAP = StorageLevel.OFF_HEAP;

  private StorageLevels() {}

  /** A level of its own. */
  public static StorageLevel create(
      boolean useDisk,
      boolean useMemory,
      boolean useOffHeap,
      boolean deserialized,
      int replication) {
    return new StorageLevel(useDisk, useMemory, useOffHeap, deserialized, replication);
  }
}
