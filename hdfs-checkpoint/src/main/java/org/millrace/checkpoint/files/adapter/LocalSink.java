package org.millrace.checkpoint.files.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FencedException;

/**
 * A local file open for appending, under an exclusive file lock. Thread-safe: the channel may be
 * closed at any time by {@link #fence}.
 *
 * <p>The lock tells a process that recovers the file whether its writer lives. POSIX drops it when
 * the writer's process opens the file for reading and closes it: two processes that share a local
 * directory are then on their own. Writers of this JVM are known by the identity of the file, which
 * survives renames, and can be fenced.
 */
final class LocalSink implements ByteSink {

  /** Static because file locks belong to the JVM. */
  private static final ConcurrentHashMap<Object, LocalSink> OPEN = new ConcurrentHashMap<>();

  private final String path;
  private final Object fileKey;
  private final FileChannel channel;

  /** Volatile: set by whoever recovers the file, read by the writer's worker when it fails. */
  private volatile boolean fenced;

  private LocalSink(String path, Object fileKey, FileChannel channel) {
    this.path = path;
    this.fileKey = fileKey;
    this.channel = channel;
  }

  static LocalSink create(String path, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    LocalSink sink;
    try {
      sink = new LocalSink(path, key(file), channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    OPEN.put(sink.fileKey, sink);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } finally {
      if (!locked) {
        sink.abandon();
      }
    }
    if (!locked) {
      throw new IOException("another process locked the new file");
    }
    return sink;
  }

  private static Object key(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath() : key;
  }

  /**
   * Takes the file from its writer.
   *
   * @return whether nobody can write to it any more; false while another process does
   */
  static boolean fence(Path file) throws IOException {
    LocalSink writer = OPEN.get(key(file));
    if (writer != null) {
      writer.fenced = true;
      writer.abandon();
      return true;
    }
    try (FileChannel probe = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = probe.tryLock()) {
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // A writer of this JVM closes the file at this moment.
      return false;
    }
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    while (data.hasRemaining()) {
      channel.write(data);
    }
  }

  @Override
  public List<String> nodes() {
    return List.of();
  }

  @Override
  public void flush() throws IOException {
    // Written bytes are with the operating system, which outlives this process.
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public void sync() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    abandon();
  }

  @Override
  public void abandon() throws IOException {
    try {
      // Waits for no writer: one in the middle of a write fails, and nothing of it comes later.
      channel.close();
    } finally {
      OPEN.remove(fileKey, this);
    }
  }

  @Override
  public MillraceException explain(String action, Exception failure) {
    if (fenced) {
      return new FencedException(
          "Could not %s %s: its lease was recovered by another owner; stop writing"
              .formatted(action, path),
          failure);
    }
    return new MillraceException(
        ErrorCode.DURABILITY_UNKNOWN,
        "Could not %s %s: %s; read the file again to know how much is in it"
            .formatted(action, path, failure),
        failure);
  }
}
