package org.millrace.connectors.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and the server; when told so, it passes a COMMIT on, waits for the
 * server's answer and cuts the connection instead of passing that back; or it goes away as a whole.
 * Thread-safe.
 */
final class LossyProxy implements AutoCloseable {
  private final int serverPort;
  private final ServerSocket listening;
  private final AtomicInteger toLose = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  /** Guarded by this. */
  private final List<Socket> clients = new ArrayList<>();

  /** Guarded by this. */
  private boolean away;

  LossyProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon("accept", this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** The answers to so many commits, from the next on, get lost. */
  void loseAnswers(int commits) {
    toLose.set(commits);
  }

  int lost() {
    return lost.get();
  }

  /** Cuts all connections, and each new one at once. */
  synchronized void goAway() throws IOException {
    away = true;
    for (Socket client : clients) {
      client.close();
    }
  }

  synchronized void comeBack() {
    away = false;
  }

  /** Connections that were cut at once. */
  int refused() {
    return refused.get();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        if (!isTaken(client)) {
          client.close();
          refused.incrementAndGet();
          continue;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        Relay relay = new Relay(client, server);
        daemon("requests", relay::requests);
        daemon("answers", relay::answers);
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** None is taken while it goes away, and left. */
  private synchronized boolean isTaken(Socket client) {
    if (!away) {
      clients.add(client);
    }
    return !away;
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, "proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private final class Relay {
    private final Socket client;
    private final Socket server;

    // Volatile: set by the thread of requests before it passes the commit on.
    private volatile boolean losing;

    Relay(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void requests() {
      relay(client, server, true);
    }

    void answers() {
      relay(server, client, false);
    }

    private void relay(Socket from, Socket to, boolean requests) {
      byte[] buffer = new byte[1 << 16];
      try (from;
          to) {
        InputStream in = from.getInputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (requests && isCommit(buffer, n) && toLose.getAndUpdate(LossyProxy::less) > 0) {
            losing = true;
          } else if (!requests && losing) {
            lost.incrementAndGet();
            return;
          }
          to.getOutputStream().write(buffer, 0, n);
          to.getOutputStream().flush();
        }
      } catch (IOException ended) {
        // Either side went away; closing both is all there is to do.
        losing = false;
      }
    }

    private static boolean isCommit(byte[] buffer, int length) {
      return new String(buffer, 0, length, StandardCharsets.ISO_8859_1).contains("COMMIT\0");
    }
  }

  private static int less(int count) {
    return Math.max(0, count - 1);
  }
}
