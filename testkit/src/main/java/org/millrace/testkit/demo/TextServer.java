package org.millrace.testkit.demo;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A TCP server that sends the demo's text at a steady rate to whoever connects, one connection at a
 * time, and counts the words of the lines that it handed over.
 */
final class TextServer implements AutoCloseable {
  private static final int POLL_MS = 100;
  private static final int TICK_MS = 20;
  private static final int LAST_READ_TIMEOUT_MS = 60_000;
  private static final int MOST_LINES_A_TICK = 10_000;

  private final ServerSocket listener;
  private final DemoText.Cursor cursor;
  private final int linesPerSecond;
  private final WordTally tally;
  private final Consumer<String> notes;
  private final CountDownLatch stopFeeding = new CountDownLatch(1);
  private final CountDownLatch handedOver = new CountDownLatch(1);
  private final List<Socket> quiet = new ArrayList<>();
  private volatile boolean closed;
  private final AtomicLong lines = new AtomicLong();

  private TextServer(DemoText text, int linesPerSecond, WordTally tally, Consumer<String> notes)
      throws IOException {
    this.listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    this.listener.setSoTimeout(POLL_MS);
    this.cursor = text.new Cursor();
    this.linesPerSecond = linesPerSecond;
    this.tally = tally;
    this.notes = notes;
  }

  /** Listens on a free port of the loopback address. */
  static TextServer start(
      DemoText text, int linesPerSecond, WordTally tally, Consumer<String> notes)
      throws IOException {
    TextServer server = new TextServer(text, linesPerSecond, tally, notes);
    Thread thread = new Thread(server::serve, "demo-text-server");
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Lines handed over so far. */
  long lines() {
    return lines.get();
  }

  /**
   * Sends no more and ends the stream; returns whether the reader has read all of it, which it
   * shows by closing its side.
   */
  boolean finish(long timeoutMs) throws InterruptedException {
    stopFeeding.countDown();
    return handedOver.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    stopFeeding.countDown();
    listener.close();
  }

  private void serve() {
    try {
      while (!closed) {
        try {
          Socket socket = listener.accept();
          if (stopFeeding.getCount() > 0) {
            feed(socket);
          } else {
            // Whoever comes again now waits for nothing; a refused connection would be an alarm.
            quiet.add(socket);
          }
        } catch (SocketTimeoutException e) {
          if (stopFeeding.getCount() == 0 && lines.get() == 0) {
            handedOver.countDown();
          }
        }
      }
    } catch (IOException e) {
      if (!closed) {
        notes.accept("the text server ended: " + e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeQuiet();
    }
  }

  private void feed(Socket socket) throws InterruptedException {
    notes.accept(
        "the program has connected to the text server, which sends "
            + linesPerSecond
            + " lines a second");
    List<String> sending = List.of();
    try (socket;
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16)) {
      long startNanos = System.nanoTime();
      long sent = 0;
      boolean more = true;
      while (more) {
        more = !stopFeeding.await(TICK_MS, TimeUnit.MILLISECONDS);
        long due = (System.nanoTime() - startNanos) * linesPerSecond / 1_000_000_000L - sent;
        sending = more ? cursor.take((int) Math.min(due, MOST_LINES_A_TICK)) : List.of();
        for (String line : sending) {
          out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        out.flush();
        tally.addLines(sending);
        sent += sending.size();
        lines.addAndGet(sending.size());
      }
      socket.shutdownOutput();
      socket.setSoTimeout(LAST_READ_TIMEOUT_MS);
      if (socket.getInputStream().read() < 0) {
        handedOver.countDown();
      }
    } catch (IOException e) {
      if (!closed) {
        notes.accept(
            "the connection broke; nobody knows how many of the last %d lines arrived: %s"
                .formatted(sending.size(), e.getMessage()));
      }
    }
  }

  private void closeQuiet() {
    for (Socket socket : quiet) {
      try {
        socket.close();
      } catch (IOException e) {
        notes.accept("a connection could not be closed: " + e.getMessage());
      }
    }
  }
}
