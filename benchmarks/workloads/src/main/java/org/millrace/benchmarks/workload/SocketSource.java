package org.millrace.benchmarks.workload;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The TCP source, a process of its own: lines of the text pool, each with a line end, as fast as a
 * reader takes them. Prints {@code PORTS port checkPort}; ends at the end of its standard input.
 *
 * <p>On {@code port} every connection gets the whole pool cyclically, without end. On {@code
 * checkPort} the first connection gets the first checkRecords lines, then nothing, and stays open;
 * the others get nothing.
 */
public final class SocketSource {
  private static final int CHUNK = 1 << 16;

  private SocketSource() {}

  /** Arguments as of an engine process. */
  public static void main(String[] arguments) throws IOException {
    RunSpec spec = RunSpec.parse(arguments);
    byte[] lines = withLineEnds(spec.pool());
    byte[] check =
        spec.checkRecords() == 0
            ? new byte[0]
            : withLineEnds(RecordPool.text(spec.seed(), spec.checkRecords()));
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket endless = new ServerSocket(0, 16, loopback);
        ServerSocket finite = new ServerSocket(0, 16, loopback)) {
      AtomicBoolean isServed = new AtomicBoolean();
      serve(endless, out -> sendCyclically(out, lines));
      serve(
          finite,
          out -> {
            if (isServed.compareAndSet(false, true)) {
              out.write(check);
              out.flush();
            }
          });
      System.out.println("PORTS " + endless.getLocalPort() + " " + finite.getLocalPort());
      BufferedReader parent =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (parent.readLine() != null) {
        // Nothing is said; its end is the parent's.
      }
    }
    System.exit(0);
  }

  private interface Sender {
    void send(OutputStream out) throws IOException;
  }

  private static void serve(ServerSocket server, Sender sender) {
    daemon(
        () -> {
          while (true) {
            Socket socket = accept(server);
            daemon(() -> send(socket, sender));
          }
        });
  }

  private static Socket accept(ServerSocket server) {
    try {
      return server.accept();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends when the reader goes away; until then the connection stays open. */
  private static void send(Socket socket, Sender sender) {
    try (socket) {
      sender.send(socket.getOutputStream());
      while (socket.getInputStream().read() >= 0) {
        // Readers say nothing.
      }
    } catch (IOException readerIsGone) {
      System.err.println("A reader went away: " + readerIsGone.getMessage());
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "socket-source");
    thread.setDaemon(true);
    thread.start();
  }

  private static void sendCyclically(OutputStream out, byte[] lines) throws IOException {
    while (true) {
      for (int at = 0; at < lines.length; at += CHUNK) {
        out.write(lines, at, Math.min(CHUNK, lines.length - at));
      }
    }
  }

  private static byte[] withLineEnds(RecordPool pool) {
    byte[] lines = new byte[pool.bytes().length + pool.size()];
    int at = 0;
    for (int i = 0; i < pool.size(); i++) {
      int length = pool.length(i);
      System.arraycopy(pool.bytes(), pool.start(i), lines, at, length);
      at += length;
      lines[at++] = '\n';
    }
    // The pool's array may be longer than its records.
    return at == lines.length ? lines : Arrays.copyOf(lines, at);
  }
}
