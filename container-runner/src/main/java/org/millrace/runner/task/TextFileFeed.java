package org.millrace.runner.task;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.shuffle.Futures;
import org.millrace.runner.wire.proto.FileInput;

/**
 * The lines of a file whose first byte is in the range, ended by newline (a carriage return before
 * it is dropped) or the end of the file. A path that ends in {@code .gz} is read from its beginning
 * as a whole. One page is read ahead.
 */
final class TextFileFeed implements Feed {
  private static final String WORK = "files";

  private final PageLoop loop;
  private final DurableFiles files;
  private final BlockingWork io;
  private final FileInput input;
  private final RecordConsumer head;
  private final TextConsumer textHead;
  private final int pageBytes;
  private final int maxLineBytes;
  private final boolean compressed;

  private CompletableFuture<InputStream> opening;
  private InputStream stream;
  private CompletableFuture<byte[]> reading;
  private byte[] buffer;
  private int position;
  private int limit;

  /** Offset in the file of {@code buffer[0]}. */
  private long bufferOffset;

  private boolean skipFirstLine;
  private boolean ended;
  private boolean blocking;
  private boolean closed;
  private long recordCount;

  /**
   * @param textHead takes lines in bytes; null: {@code head} takes them as strings
   */
  TextFileFeed(
      PageLoop loop,
      DurableFiles files,
      BlockingWork io,
      FileInput input,
      TaskSettings settings,
      RecordConsumer head,
      TextConsumer textHead) {
    this.loop = loop;
    this.files = files;
    this.io = io;
    this.input = input;
    this.head = head;
    this.textHead = textHead;
    this.pageBytes = settings.filePageBytes();
    this.maxLineBytes = settings.maxLineBytes();
    this.compressed = input.getPath().endsWith(".gz");
    this.skipFirstLine = !compressed && input.getOffset() > 0;
    this.bufferOffset = skipFirstLine ? input.getOffset() - 1 : 0;
    this.buffer = new byte[0];
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (stream == null && !open(wake)) {
      return Step.WAIT;
    }
    if (!fill(wake)) {
      return Step.WAIT;
    }
    if (skipFirstLine && !skipToNewline()) {
      return ended ? Step.DONE : Step.MORE;
    }
    pushLines();
    return isAtEnd() ? Step.DONE : Step.MORE;
  }

  private boolean isAtEnd() {
    return (ended && position == limit) || bufferOffset + position >= endOffset();
  }

  private long endOffset() {
    return compressed ? Long.MAX_VALUE : input.getOffset() + input.getLengthBytes();
  }

  private boolean open(Runnable wake) {
    if (opening == null) {
      opening =
          files
              .status(input.getPath())
              .thenCompose(status -> io.run(WORK, () -> openUnchanged(status)));
    }
    if (!blocking && !opening.isDone()) {
      Futures.whenDone(opening, wake);
      return false;
    }
    stream = Futures.result(opening);
    return true;
  }

  private InputStream openUnchanged(Optional<FileStatus> found) throws IOException {
    FileStatus status =
        found.orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.NO_SUCH_PATH,
                    "the input file "
                        + input.getPath()
                        + " does not exist any more; keep input files until their batch is done"));
    long listedTimeMs = input.getModificationTimeMs();
    boolean touched = listedTimeMs > 0 && status.modificationTimeMs() != listedTimeMs;
    boolean shorter = !compressed && status.lengthBytes() < endOffset();
    if (touched || shorter) {
      throw new MillraceException(
          ErrorCode.INPUT_CHANGED,
          "the input file %s changed after it was listed: it has %d bytes of time %d, expected at least %d of time %d; move finished files into an input directory by rename"
              .formatted(
                  input.getPath(),
                  status.lengthBytes(),
                  status.modificationTimeMs(),
                  compressed ? 0 : endOffset(),
                  listedTimeMs));
    }
    InputStream opened = files.open(input.getPath(), compressed ? 0 : bufferOffset);
    return compressed ? new GZIPInputStream(opened, pageBytes) : opened;
  }

  /**
   * Appends the page that was read to what is left of the one before it, and reads the next; false:
   * wait.
   */
  private boolean fill(Runnable wake) {
    if (ended || holdsNewline()) {
      return true;
    }
    if (reading == null) {
      reading = readPage();
    }
    if (!blocking && !reading.isDone()) {
      Futures.whenDone(reading, wake);
      return false;
    }
    byte[] page = Futures.result(reading);
    reading = null;
    if (page.length == 0) {
      ended = true;
      return true;
    }
    append(page);
    if (!blocking && bufferOffset + limit < endOffset()) {
      reading = readPage();
    }
    return true;
  }

  private boolean holdsNewline() {
    for (int i = position; i < limit; i++) {
      if (buffer[i] == '\n') {
        return true;
      }
    }
    return false;
  }

  private CompletableFuture<byte[]> readPage() {
    if (blocking) {
      CompletableFuture<byte[]> read = new CompletableFuture<>();
      try {
        read.complete(readNow());
      } catch (IOException | RuntimeException e) {
        read.completeExceptionally(unreadable(e));
      }
      return read;
    }
    return io.run(
        WORK,
        () -> {
          try {
            return readNow();
          } catch (IOException e) {
            throw unreadable(e);
          }
        });
  }

  private MillraceException unreadable(Exception cause) {
    return cause instanceof MillraceException known
        ? known
        : new MillraceException(
            ErrorCode.INPUT_UNAVAILABLE,
            "the input file " + input.getPath() + " cannot be read: " + cause.getMessage(),
            cause);
  }

  private byte[] readNow() throws IOException {
    byte[] page = new byte[pageBytes];
    int length = 0;
    while (length < page.length) {
      int read = stream.read(page, length, page.length - length);
      if (read < 0) {
        break;
      }
      length += read;
    }
    return length == page.length ? page : Arrays.copyOf(page, length);
  }

  private void append(byte[] page) {
    int rest = limit - position;
    if ((long) rest + page.length > Math.max(maxLineBytes, 2L * pageBytes)) {
      throw new MillraceException(
          ErrorCode.RECORD_TOO_LARGE,
          "a line of "
              + input.getPath()
              + " at byte "
              + (bufferOffset + position)
              + " is longer than "
              + maxLineBytes
              + " bytes; is it a text file?");
    }
    bufferOffset += position;
    byte[] joined = page;
    if (rest > 0) {
      // A line over many pages is copied a logarithmic number of times.
      joined = rest + page.length <= position ? buffer : new byte[2 * (rest + page.length)];
      System.arraycopy(buffer, position, joined, 0, rest);
      System.arraycopy(page, 0, joined, rest, page.length);
    }
    buffer = joined;
    position = 0;
    limit = rest + page.length;
  }

  /** The line that began before the range belongs to the range before this one. */
  private boolean skipToNewline() {
    while (position < limit) {
      if (buffer[position++] == '\n') {
        skipFirstLine = false;
        return true;
      }
    }
    return false;
  }

  private void pushLines() throws Exception {
    int stopAt = (int) Math.min(limit, endOffset() - bufferOffset);
    long pushed = push(buffer, position, limit, stopAt);
    recordCount += pushed >>> 32;
    position = (int) pushed;
    if (ended && position < stopAt) {
      pushLastLine();
    }
  }

  private void pushLastLine() throws Exception {
    byte[] line = Arrays.copyOfRange(buffer, position, limit + 1);
    line[line.length - 1] = '\n';
    position = limit;
    recordCount++;
    push(line, 0, line.length, line.length);
  }

  private long push(byte[] bytes, int from, int to, int stopAt) throws Exception {
    return textHead != null
        ? loop.pushTexts(bytes, from, to, stopAt, textHead)
        : loop.pushLines(bytes, from, to, stopAt, head);
  }

  @Override
  public Step prepareToBlock(Runnable wake) {
    if (stream == null && !open(wake)) {
      return Step.WAIT;
    }
    if (reading != null && !reading.isDone()) {
      Futures.whenDone(reading, wake);
      return Step.WAIT;
    }
    blocking = true;
    return Step.DONE;
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  /** The stream is closed on a worker thread, after the read that is under way. */
  @Override
  public void close() {
    if (closed || opening == null) {
      return;
    }
    closed = true;
    CompletableFuture<?> last = reading == null ? CompletableFuture.completedFuture(null) : reading;
    CompletableFuture<InputStream> opened = opening;
    Futures.whenDone(opened, () -> Futures.whenDone(last, () -> end(opened)));
  }

  private void end(CompletableFuture<InputStream> opened) {
    if (!opened.isCompletedExceptionally()) {
      InputStream finished = opened.join();
      Futures.whenDone(io.run(WORK, () -> closed(finished)), () -> {});
    }
  }

  private static boolean closed(InputStream finished) throws IOException {
    finished.close();
    return true;
  }
}
