package org.millrace.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.socket.RawSocketWriter;

/**
 * Counts, each second, the lines with the word "batch" among those that a TCP server sends in
 * frames, which are stored as they come.
 *
 * <p>Arguments: host and port of a server that writes with {@link RawSocketWriter}, or nothing for
 * a sender of made-up lines in the driver.
 */
public final class RawSocketGrep {
  private static final String WORD = "batch";

  private RawSocketGrep() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      try (Sender sender = Sender.start()) {
        count(sender.host(), sender.port());
      }
    } else {
      Arguments.require(args, "raw-socket-grep", "<hostname>", "<port>");
      count(args[0], Arguments.port(args[1]));
    }
  }

  private static void count(String host, int port) throws InterruptedException {
    StreamingConf conf = new StreamingConf().setAppName("RawSocketGrep");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));

    DStream<String> lines = ssc.rawSocketStream(host, port, StorageLevels.MEMORY_ONLY_SER_2);
    lines
        .filter(line -> line.contains(WORD))
        .foreachRDD(
            (found, time) ->
                System.out.println(time + " " + found.count() + " lines with '" + WORD + "'"));

    ssc.start();
    ssc.awaitTermination();
  }

  /** A server that sends some lines in a frame to whoever is connected, ten times a second. */
  static final class Sender implements AutoCloseable {
    private static final int LINES_A_FRAME = 5;
    private static final long FRAME_MS = 100;

    private final ServerSocket server;
    private final String host;
    private final Random random = new Random(1);
    private final ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, "sender of lines");
              daemon.setDaemon(true);
              return daemon;
            });

    // Used by the sender's thread, and closed by who closes the sender.
    private volatile Socket connection;

    private Sender(ServerSocket server, String host) {
      this.server = server;
      this.host = host;
    }

    /** Listens on a free port of this host, where executors on other hosts can reach it. */
    static Sender start() throws IOException {
      Sender sender = new Sender(new ServerSocket(0), InetAddress.getLocalHost().getHostName());
      ScheduledFuture<?> unused =
          sender.thread.scheduleWithFixedDelay(
              sender::sendFrame, 0, FRAME_MS, TimeUnit.MILLISECONDS);
      return sender;
    }

    String host() {
      return host;
    }

    int port() {
      return server.getLocalPort();
    }

    private void sendFrame() {
      try {
        if (connection == null) {
          connection = server.accept();
        }
        RawSocketWriter writer = new RawSocketWriter(connection.getOutputStream());
        for (int i = 0; i < LINES_A_FRAME; i++) {
          writer.write(GeneratedLines.line(GeneratedLines.Kind.WORDS, random));
        }
        writer.flush();
      } catch (IOException e) {
        if (!server.isClosed()) {
          System.err.println("the sender waits for the receiver to connect again: " + e);
        }
        disconnect();
      }
    }

    private void disconnect() {
      Socket last = connection;
      connection = null;
      try {
        if (last != null) {
          last.close();
        }
      } catch (IOException e) {
        System.err.println("closing the sender's connection failed: " + e);
      }
    }

    @Override
    public void close() throws IOException {
      thread.shutdownNow();
      server.close();
      disconnect();
    }
  }
}
