package org.millrace.testkit.demo;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shortens the block that the program prints for a batch to one line, and passes on everything else
 * that it prints. Thread-safe.
 */
final class BatchLines implements Consumer<String> {
  private static final Pattern TIME = Pattern.compile("Time: (\\d+) ms");
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final Consumer<String> out;
  private final CountDownLatch firstCounts = new CountDownLatch(1);
  private final List<String> records = new ArrayList<>();
  private String batch;

  /** Writes the lines there. */
  BatchLines(Consumer<String> out) {
    this.out = out;
  }

  /** A line that the program printed. */
  @Override
  public synchronized void accept(String line) {
    if (line.startsWith("-----")) {
      return;
    }
    Matcher time = TIME.matcher(line);
    if (time.matches()) {
      batch =
          Instant.ofEpochMilli(Long.parseLong(time.group(1)))
              .atZone(ZoneId.systemDefault())
              .format(CLOCK);
      records.clear();
    } else if (batch == null) {
      out.accept(line);
    } else if (!line.isEmpty()) {
      records.add(line);
    } else {
      out.accept(
          "batch %s  %s"
              .formatted(batch, records.isEmpty() ? "nothing came" : String.join(" ", records)));
      if (!records.isEmpty()) {
        firstCounts.countDown();
      }
      batch = null;
    }
  }

  /** Waits until a batch with counts was shown; returns whether that was in time. */
  boolean awaitFirstCounts(long timeoutMs) throws InterruptedException {
    return firstCounts.await(timeoutMs, TimeUnit.MILLISECONDS);
  }
}
