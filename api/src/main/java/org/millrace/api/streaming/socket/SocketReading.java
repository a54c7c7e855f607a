package org.millrace.api.streaming.socket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import org.millrace.api.streaming.receiver.Receiver;

/**
 * One connection of a receiver: a thread that connects, reads to the end, and asks for a restart.
 *
 * <p>Thread-safe. {@link #end()} closes the socket, so that the thread leaves what it waits for.
 */
final class SocketReading {
  /** Reads all records from a connection and stores them. */
  @FunctionalInterface
  interface Body {
    void read(InputStream in) throws Exception;
  }

  private final Receiver<?> receiver;
  private final Endpoint endpoint;
  private final Body body;
  private final Socket socket = new Socket();

  @GuardedBy("this")
  private boolean ended;

  private SocketReading(Receiver<?> receiver, Endpoint endpoint, Body body) {
    this.receiver = receiver;
    this.endpoint = endpoint;
    this.body = body;
  }

  /** Starts a connection in a daemon thread of its own. */
  static SocketReading start(Receiver<?> receiver, Endpoint endpoint, Body body) {
    SocketReading reading = new SocketReading(receiver, endpoint, body);
    Thread thread =
        new Thread(reading::run, "socket receiver " + receiver.streamId() + " " + endpoint);
    thread.setDaemon(true);
    thread.start();
    return reading;
  }

  private void run() {
    String doing = "connecting to ";
    try (socket) {
      endpoint.connect(socket);
      doing = "reading from ";
      body.read(socket.getInputStream());
      restartUnlessEnded("the server at " + endpoint + " closed the connection", null);
    } catch (Throwable e) { // a receiver whose thread just ends would look alive
      restartUnlessEnded(doing + endpoint + " failed: " + e, e);
    }
  }

  /** Synchronized with {@link #end()}: a receiver that was told to stop must not restart. */
  private synchronized void restartUnlessEnded(String message, Throwable cause) {
    if (!ended) {
      receiver.restart(message, cause);
    }
  }

  /** Ends the connection; returns at once. */
  void end() {
    synchronized (this) { // the reading thread looks at this before it asks for a restart
      ended = true;
    }
    try {
      socket.close();
    } catch (IOException e) {
      receiver.reportError("closing the connection to " + endpoint + " failed", e);
    }
  }
}
