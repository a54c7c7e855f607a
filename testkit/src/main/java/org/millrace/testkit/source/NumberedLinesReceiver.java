package org.millrace.testkit.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import org.millrace.api.Optional;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.receiver.SourcePosition;

/**
 * A reliable receiver of the lines of a {@link NumberedLinesServer}: it resumes where the last
 * lines that are durable end, and acknowledges lines when they are.
 */
public final class NumberedLinesReceiver extends Receiver<String> {
  private static final long serialVersionUID = 1L;
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int BUFFER_BYTES = 64 << 10;

  private final String host;
  private final int port;
  private transient volatile Socket socket;

  public NumberedLinesReceiver(String host, int port, StorageLevel storageLevel) {
    super(storageLevel);
    this.host = host;
    this.port = port;
  }

  @Override
  protected BlockFormat blockFormat() {
    return BlockFormat.TEXT_LINES;
  }

  @Override
  public void onStart() {
    Socket mine = new Socket();
    socket = mine;
    Thread reading = new Thread(() -> receive(mine), "numbered-lines-" + port);
    reading.setDaemon(true);
    reading.start();
  }

  @Override
  public void onStop() {
    Socket mine = socket;
    if (mine != null) {
      close(mine);
    }
  }

  private String source() {
    return host + ":" + port;
  }

  private void receive(Socket mine) {
    LinkedBlockingQueue<Long> safe = new LinkedBlockingQueue<>();
    Thread acknowledging = null;
    try (mine) {
      mine.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MS);
      mine.setTcpNoDelay(true);
      Optional<SourcePosition> last = lastPosition(source());
      long next = last.isPresent() ? last.get().offset() : 0;
      OutputStream output = mine.getOutputStream();
      output.write(("RESUME " + next + "\n").getBytes(StandardCharsets.UTF_8));
      acknowledging = new Thread(() -> acknowledge(mine, output, safe), "acknowledge-" + port);
      acknowledging.setDaemon(true);
      acknowledging.start();
      read(mine, next, safe);
      restart("the source at " + source() + " ended");
    } catch (IOException | RuntimeException e) {
      if (!mine.isClosed() || isStarted()) {
        restart("reading from " + source() + " failed: " + e, e);
      }
    } finally {
      if (acknowledging != null) {
        acknowledging.interrupt();
      }
    }
  }

  private void read(Socket mine, long from, LinkedBlockingQueue<Long> safe) throws IOException {
    InputStream input = mine.getInputStream();
    byte[] buffer = new byte[BUFFER_BYTES];
    int filled = 0;
    long next = from;
    for (int read = input.read(buffer, 0, buffer.length);
        read >= 0;
        read = input.read(buffer, filled, buffer.length - filled)) {
      int end = 0;
      for (int i = filled; i < filled + read; i++) {
        if (buffer[i] == '\n') {
          end = i + 1;
          next++;
        }
      }
      filled += read;
      if (end > 0) {
        long behind = next;
        store(mine, ByteBuffer.wrap(buffer, 0, end), behind, safe);
        filled -= end;
        System.arraycopy(buffer, end, buffer, 0, filled);
      } else if (filled == buffer.length) {
        throw new IOException("a line of more than " + BUFFER_BYTES + " bytes");
      }
    }
  }

  private void store(Socket mine, ByteBuffer lines, long behind, LinkedBlockingQueue<Long> safe) {
    var unused =
        storeAsync(lines, SourcePosition.of(source(), behind))
            .whenComplete(
                (stored, failure) -> {
                  if (failure == null) {
                    safe.add(behind);
                  } else {
                    // Nothing behind it may be acknowledged by this connection.
                    close(mine);
                  }
                });
  }

  /** Tells the source the newest position that is safe. */
  private void acknowledge(Socket mine, OutputStream output, LinkedBlockingQueue<Long> safe) {
    try {
      while (true) {
        long newest = safe.take();
        for (Long more = safe.poll(); more != null; more = safe.poll()) {
          newest = more;
        }
        output.write(("ACK " + newest + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      close(mine);
    }
  }

  private static void close(Socket mine) {
    try {
      mine.close();
    } catch (IOException e) {
      // The reading thread sees that it is of no use.
    }
  }
}
