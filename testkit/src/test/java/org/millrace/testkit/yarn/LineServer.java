package org.millrace.testkit.yarn;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A TCP server of text lines with one client. */
final class LineServer implements AutoCloseable {
  private final ServerSocket server;
  private final CompletableFuture<Socket> client;

  LineServer() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    client =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server.accept();
              } catch (IOException failure) {
                throw new UncheckedIOException(failure);
              }
            });
  }

  int port() {
    return server.getLocalPort();
  }

  /** Sends a line, as soon as there is a client. */
  void send(String line) throws Exception {
    OutputStream out = client.get(120, TimeUnit.SECONDS).getOutputStream();
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    server.close();
    if (client.isDone() && !client.isCompletedExceptionally()) {
      client.join().close();
    }
  }
}
