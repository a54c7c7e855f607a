package org.millrace.api.streaming.socket;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Where a server listens.
 *
 * @param host its name or address, looked up on the executor at each connection
 * @param port its port, 1 to 65535
 */
record Endpoint(String host, int port) implements Serializable {
  private static final int CONNECT_TIMEOUT_MS = 10_000;
  private static final int HIGHEST_PORT = 65_535;

  Endpoint {
    Objects.requireNonNull(host, "host");
    if (port < 1 || port > HIGHEST_PORT) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a socket stream from "
              + host
              + " cannot use port "
              + port
              + "; give one from 1 to "
              + HIGHEST_PORT);
    }
  }

  /** Connects a socket, within ten seconds. */
  void connect(Socket socket) throws IOException {
    socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MS);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
