package org.millrace.runner.shuffle;

import java.nio.ByteBuffer;

/**
 * Scratch files on the local disk of this process; nothing in them outlives it. Thread-safe; calls
 * block, so they are made as blocking work. Errors are of code DISK_FULL when there is no room,
 * else STORAGE_FAILED.
 */
public interface LocalFiles extends AutoCloseable {
  /** Creates an empty file; the name is for people who look at the disk. */
  SpillFile create(String name);

  /** Deletes all files. Idempotent. */
  @Override
  void close();

  /** One file. Thread-safe. */
  interface SpillFile extends AutoCloseable {
    /** Appends the remaining bytes and returns the offset of the first. */
    long append(ByteBuffer bytes);

    ByteBuffer read(long offset, int length);

    /** Deletes the file. Idempotent. */
    @Override
    void close();
  }
}
