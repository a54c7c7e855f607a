package org.millrace.runner.shuffle.adapter;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.shuffle.LocalFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spill files in a directory of their own, which is made with the first file and deleted at the
 * end. Thread-safe.
 */
public final class DirectoryFiles implements LocalFiles {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryFiles.class);

  private final Path directory;
  private final AtomicLong numbers = new AtomicLong();
  private final Set<ChannelFile> open = ConcurrentHashMap.newKeySet();

  /** Volatile: a spill that is still under way at the end must not make the directory again. */
  private volatile boolean closed;

  public DirectoryFiles(Path directory) {
    this.directory = directory;
  }

  @Override
  public SpillFile create(String name) {
    if (closed) {
      throw new MillraceException(
          ErrorCode.STORAGE_FAILED,
          "no spill file is made in " + directory + ": this executor is ending");
    }
    Path path = directory.resolve(name + "-" + numbers.getAndIncrement() + ".spill");
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      ChannelFile file = new ChannelFile(path, channel);
      open.add(file);
      return file;
    } catch (IOException e) {
      throw failed("create", path, e);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (ChannelFile file : open) {
      file.close();
    }
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.warn("The spill directory {} could not be deleted: {}", directory, e.toString());
    }
  }

  private MillraceException failed(String what, Path path, IOException cause) {
    boolean full = path.getParent().toFile().getUsableSpace() < (1 << 20);
    return new MillraceException(
        full ? ErrorCode.DISK_FULL : ErrorCode.STORAGE_FAILED,
        "cannot "
            + what
            + " the spill file "
            + path
            + ": "
            + cause.getMessage()
            + (full
                ? "; free the local disk or give executors more memory"
                : "; look at the local disk of this executor"),
        cause);
  }

  private final class ChannelFile implements SpillFile {
    private final Path path;
    private final FileChannel channel;
    private final ReentrantLock appending = new ReentrantLock();
    private long end;

    private ChannelFile(Path path, FileChannel channel) {
      this.path = path;
      this.channel = channel;
    }

    @Override
    public long append(ByteBuffer bytes) {
      appending.lock();
      try {
        long offset = end;
        ByteBuffer rest = bytes.duplicate();
        long position = offset;
        while (rest.hasRemaining()) {
          position += channel.write(rest, position);
        }
        end = position;
        return offset;
      } catch (IOException e) {
        throw failed("write", path, e);
      } finally {
        appending.unlock();
      }
    }

    @Override
    public ByteBuffer read(long offset, int length) {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      try {
        while (bytes.hasRemaining()) {
          if (channel.read(bytes, offset + bytes.position()) < 0) {
            throw new EOFException("it ends before " + (offset + length));
          }
        }
        return bytes.flip();
      } catch (IOException e) {
        throw failed("read", path, e);
      }
    }

    @Override
    public void close() {
      try {
        channel.close();
        Files.deleteIfExists(path);
      } catch (IOException e) {
        LOG.warn("The spill file {} could not be deleted: {}", path, e.toString());
      }
      // Last: who deletes the directory at the same time deletes all files that are known first.
      open.remove(this);
    }
  }
}
