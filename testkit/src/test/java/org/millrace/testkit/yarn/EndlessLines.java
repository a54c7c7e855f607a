package org.millrace.testkit.yarn;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends the same lines to each client as fast as it takes them, until it is closed. */
final class EndlessLines implements AutoCloseable {
  private static final String LINE = "so much water comes down to the mill\n";
  static final int BYTES_PER_LINE = LINE.length();
  private static final byte[] LINES = LINE.repeat(1_000).getBytes(StandardCharsets.UTF_8);

  private final ServerSocket server;

  EndlessLines() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        start(() -> send(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void send(Socket client) {
    try (client;
        OutputStream out = client.getOutputStream()) {
      while (!server.isClosed()) {
        out.write(LINES);
      }
    } catch (IOException gone) {
      // The receiver has ended.
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "endless-lines");
    thread.setDaemon(true);
    thread.start();
  }

  /** Sends no more. */
  void end() throws IOException {
    server.close();
  }

  @Override
  public void close() throws IOException {
    end();
  }
}
