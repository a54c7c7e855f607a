package org.millrace.runner.task;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.shuffle.LocalFiles;

/** A local disk in memory that can be full. */
final class FakeLocalFiles implements LocalFiles {
  private int openFiles;
  private long writtenBytes;
  private boolean full;

  void fill() {
    full = true;
  }

  int openFiles() {
    return openFiles;
  }

  long writtenBytes() {
    return writtenBytes;
  }

  @Override
  public SpillFile create(String name) {
    openFiles++;
    return new MemoryFile();
  }

  @Override
  public void close() {
    // The tests look at what is still open.
  }

  private final class MemoryFile implements SpillFile {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private boolean closed;

    @Override
    public long append(ByteBuffer bytes) {
      if (full) {
        throw new MillraceException(ErrorCode.DISK_FULL, "the disk of the test is full");
      }
      long offset = content.size();
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      content.writeBytes(copy);
      writtenBytes += copy.length;
      return offset;
    }

    @Override
    public ByteBuffer read(long offset, int length) {
      if (closed) {
        throw new AssertionError("read after the file was deleted");
      }
      return ByteBuffer.wrap(content.toByteArray(), (int) offset, length).slice();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        openFiles--;
      }
    }
  }
}
