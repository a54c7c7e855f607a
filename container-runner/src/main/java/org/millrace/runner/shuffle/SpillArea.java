package org.millrace.runner.shuffle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.millrace.runner.shuffle.LocalFiles.SpillFile;

/** One spill file, made when it is first needed. Thread-safe; calls block. */
public final class SpillArea {
  /** Where a spilled page lies. */
  public record Extent(SpillFile file, long offset, int length) {}

  private final LocalFiles files;
  private final String name;

  @GuardedBy("this")
  private SpillFile file;

  @GuardedBy("this")
  private boolean closed;

  public SpillArea(LocalFiles files, String name) {
    this.files = files;
    this.name = name;
  }

  /** Empty when it was closed. */
  Optional<Extent> append(ByteBuffer bytes) {
    SpillFile target;
    synchronized (this) {
      if (closed) {
        return Optional.empty();
      }
      if (file == null) {
        file = files.create(name);
      }
      target = file;
    }
    int length = bytes.remaining();
    return Optional.of(new Extent(target, target.append(bytes), length));
  }

  /** True when there is a file that {@link #close} must delete. */
  synchronized boolean isUsed() {
    return file != null;
  }

  /** Deletes the file. Idempotent. */
  public synchronized void close() {
    closed = true;
    if (file != null) {
      file.close();
    }
  }
}
