package org.millrace.testkit.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Serves lines {@code name number} over TCP, numbered from 0 without end. Thread-safe.
 *
 * <pre>
 *   client: RESUME 17\n            the first line that it wants
 *   server: name 17\nname 18\n...  as fast as the rate allows, never more than the window ahead of ACK
 *   client: ACK 25\n               lines before 25 need not be kept: they are durable
 * </pre>
 *
 * A real source forgets what was acknowledged. So a client that resumes before its own
 * acknowledgement has lost records; that is noted, and it is sent nothing.
 */
public final class NumberedLinesServer implements AutoCloseable {
  private static final int LINES_A_WRITE = 512;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final String name;
  private final long linesPerSecond;
  private final long window;
  private final String padding;
  private final ServerSocket listening;
  private final Set<Socket> connections = Collections.synchronizedSet(new HashSet<>());
  private final List<String> problems = Collections.synchronizedList(new ArrayList<>());

  // Volatile: written under the lock of this, read by anybody.
  private volatile long sent;
  private volatile long acknowledged;
  private volatile long resumptions;
  private volatile long limit = Long.MAX_VALUE;
  private volatile boolean closed;

  /**
   * Listens at once.
   *
   * @param port 0 for any
   * @param linesPerSecond of one connection, 0 for as many as it can
   * @param window lines that may be sent and not acknowledged
   * @param lineBytes length of a line with its end, if the number is not longer
   */
  public NumberedLinesServer(
      String name, InetAddress host, int port, long linesPerSecond, long window, int lineBytes)
      throws IOException {
    this.name = name;
    this.linesPerSecond = linesPerSecond;
    this.window = window;
    int used = line(0, "").length();
    this.padding = lineBytes > used ? " " + "x".repeat(lineBytes - used - 1) : "";
    this.listening = new ServerSocket();
    listening.setReuseAddress(true);
    listening.bind(new InetSocketAddress(host, port));
    thread("accept", this::accept);
  }

  /** On a free port of this host, with a window that never fills up. */
  public static NumberedLinesServer local(String name, long linesPerSecond) throws IOException {
    return new NumberedLinesServer(
        name, InetAddress.getLoopbackAddress(), 0, linesPerSecond, Long.MAX_VALUE, 0);
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** The number behind the last line that was ever sent. */
  public long sent() {
    return sent;
  }

  /** Lines below it were acknowledged. */
  public long acknowledged() {
    return acknowledged;
  }

  /** How often a client came. */
  public long resumptions() {
    return resumptions;
  }

  /** What clients did that loses records. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** Sends no line of this number or a higher one. */
  public void stopAt(long number) {
    limit = number;
  }

  /** Breaks all connections. */
  public void disconnect() {
    synchronized (connections) {
      connections.forEach(NumberedLinesServer::closeQuietly);
    }
  }

  /** The number of a line; -1 when it is not of this server. */
  public long number(String line) {
    String[] words = line.split(" ", 3);
    return words.length >= 2 && words[0].equals(name) ? Long.parseLong(words[1]) : -1;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listening.close();
    disconnect();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = listening.accept();
        connections.add(socket);
        thread("serve", () -> serve(socket));
      } catch (IOException e) {
        if (!closed) {
          problems.add("accept failed: " + e);
        }
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      BufferedReader commands =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String first = commands.readLine();
      if (first == null) {
        // It ended before it asked for anything.
        return;
      }
      if (!first.startsWith("RESUME ")) {
        problems.add("a client began with " + first);
        return;
      }
      long from = Long.parseLong(first.substring("RESUME ".length()));
      synchronized (this) {
        resumptions++;
        if (from < acknowledged || from > sent) {
          problems.add(
              "a client resumed at %d; acknowledged are %d, sent %d"
                  .formatted(from, acknowledged, sent));
          return;
        }
      }
      thread("send", () -> send(socket, from));
      for (String command = commands.readLine(); command != null; command = commands.readLine()) {
        acknowledge(Long.parseLong(command.substring("ACK ".length())));
      }
    } catch (IOException e) {
      // It comes back and resumes: that is what this source is for.
    } finally {
      connections.remove(socket);
    }
  }

  private synchronized void acknowledge(long number) {
    if (number > sent) {
      problems.add("a client acknowledged " + number + " when " + sent + " were sent");
    }
    acknowledged = Math.max(acknowledged, number);
  }

  private void send(Socket socket, long from) {
    long startNanos = System.nanoTime();
    long next = from;
    try {
      OutputStream output = socket.getOutputStream();
      while (!socket.isClosed()) {
        long allowed = Math.min(limit, window == Long.MAX_VALUE ? limit : acknowledged + window);
        if (linesPerSecond > 0) {
          long elapsed = System.nanoTime() - startNanos;
          allowed =
              Math.min(allowed, from + (long) (elapsed * (double) linesPerSecond / 1_000_000_000L));
        }
        long until = Math.min(allowed, next + LINES_A_WRITE);
        if (until <= next) {
          LockSupport.parkNanos(PAUSE_NANOS);
          continue;
        }
        StringBuilder lines = new StringBuilder();
        for (; next < until; next++) {
          lines.append(line(next, padding));
        }
        synchronized (this) {
          sent = Math.max(sent, next);
        }
        output.write(lines.toString().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      closeQuietly(socket);
    }
  }

  private String line(long number, String behind) {
    return name + " " + number + behind + "\n";
  }

  private void thread(String purpose, Runnable work) {
    Thread thread = new Thread(work, "numbered-lines-" + name + "-" + purpose);
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more in any case.
    }
  }
}
