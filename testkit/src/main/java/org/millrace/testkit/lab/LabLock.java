package org.millrace.testkit.lab;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** Held while a lab is started or taken down, so that two programs do not do it at once. */
final class LabLock {
  /** What is done while the lock is held. */
  interface Action<T> {
    T run() throws IOException;
  }

  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final long POLL_MS = 50;

  private LabLock() {}

  /** Runs the action when nobody else changes the lab; waits for others, at most some minutes. */
  static <T> T holding(LabFolder folder, Action<T> action) throws IOException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      FileChannel channel = tryTake(folder.lock());
      if (channel != null) {
        try {
          return action.run();
        } finally {
          channel.close();
        }
      }
      Pause.ms(POLL_MS);
    }
    throw new LabException(
        "another program has been starting or stopping the lab in "
            + folder.home()
            + " for "
            + TIMEOUT.toMinutes()
            + " minutes; end it first");
  }

  /** Null when another holds it, or removed the folder while we waited. */
  private static FileChannel tryTake(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      FileLock lock = channel.tryLock();
      taken = lock != null && Files.exists(file);
    } catch (OverlappingFileLockException heldInThisProgram) {
      taken = false;
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    return taken ? channel : null;
  }
}
