package org.millrace.testkit.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Puts a file of text into the watched directory again and again, and counts its words. */
final class FileFeed {
  private static final long INTERVAL_MS = 2_000;
  private static final int MOST_LINES = 1_000;

  private final Storage storage;
  private final DemoText text;
  private final DemoText.Cursor cursor;
  private final WordTally tally;
  private final Consumer<String> notes;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicInteger files = new AtomicInteger();
  private final Thread thread = new Thread(this::feed, "demo-file-feed");

  private FileFeed(Storage storage, DemoText text, WordTally tally, Consumer<String> notes) {
    this.storage = storage;
    this.text = text;
    this.cursor = text.new Cursor();
    this.tally = tally;
    this.notes = notes;
  }

  /** Puts the first file now. */
  static FileFeed start(Storage storage, DemoText text, WordTally tally, Consumer<String> notes) {
    FileFeed feed = new FileFeed(storage, text, tally, notes);
    feed.thread.setDaemon(true);
    feed.thread.start();
    return feed;
  }

  /** Files put so far. */
  int files() {
    return files.get();
  }

  /** Puts no more; returns whether the last one is in place. */
  boolean finish(long timeoutMs) throws InterruptedException {
    stop.countDown();
    thread.join(timeoutMs);
    return !thread.isAlive();
  }

  private void feed() {
    try {
      do {
        List<String> lines = cursor.take(Math.min(MOST_LINES, text.lines().size()));
        String content = String.join("\n", lines) + "\n";
        String name = "text-%04d.txt".formatted(files.get());
        storage.put(name, content.getBytes(StandardCharsets.UTF_8));
        tally.addLines(lines);
        files.incrementAndGet();
      } while (!stop.await(INTERVAL_MS, TimeUnit.MILLISECONDS));
    } catch (IOException e) {
      notes.accept("no more files are put, because one failed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
