package org.millrace.checkpoint.files;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A file open for appending. Not thread-safe: one owner calls it from one loop.
 *
 * <p>Operations take effect in the order of the calls and may be called without waiting for earlier
 * ones, so several appends can be under way before one flush covers them all. The first failure is
 * final: it is reported by every operation that is queued and by every later one. It is a {@link
 * FencedException} when another process took the file over, else a {@code MillraceException} with
 * code {@code DURABILITY_UNKNOWN}: data of the failed operation may be in the file.
 *
 * <p>Futures complete on a worker thread.
 */
public interface AppendFile {

  /** The path it was created with. */
  String path();

  /**
   * Appends the remaining bytes of all buffers, in order, and consumes them.
   *
   * @return the length of the file after them, once the buffers may be reused; nothing is durable
   *     before a {@link #flush} that was called later completes
   */
  CompletableFuture<Long> append(ByteBuffer... data);

  /**
   * Makes all that was appended before the call readable by others and safe against the death of
   * this process and, on HDFS, of any machine short of all replicas at once (hflush).
   *
   * @return the length that is safe
   */
  CompletableFuture<Long> flush();

  /** Like {@link #flush}, and forces the data from memory to the disk on every replica (hsync). */
  CompletableFuture<Long> sync();

  /**
   * The machines that hold what was flushed last, each as {@code host:port}; empty before the first
   * flush, and where there are no replicas. On any thread.
   */
  List<String> nodes();

  /** Bytes given to {@link #append} so far. */
  long length();

  /** Flushes and closes; calling it again answers the same. */
  CompletableFuture<Void> close();

  /**
   * Gives the file up: operations under way fail now, nothing that is still queued is written. The
   * future completes, never exceptionally, when the file is let go; on HDFS a broken pipeline can
   * hold it for a minute, and its lease is left to {@link DurableFiles#recoverLease}.
   */
  CompletableFuture<Void> abort();
}
