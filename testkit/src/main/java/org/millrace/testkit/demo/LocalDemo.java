package org.millrace.testkit.demo;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.examples.SocketAndFilesWordCount;

/** The demo in this JVM, with nothing else started. */
final class LocalDemo implements Demo {
  private static final long FIRST_COUNTS_TIMEOUT_MS = 90_000;
  private static final double MS_PER_SECOND = 1000.0;

  private final Feed feed;
  private final Consumer<String> out;
  private Storage storage;

  LocalDemo(Feed feed, Consumer<String> out) {
    this.feed = feed;
    this.out = out;
  }

  @Override
  public int run() throws Exception {
    PrintStream before = System.out;
    BatchLines batches = new BatchLines(out);
    System.setOut(new PrintStream(new LineOutput(batches), true, StandardCharsets.UTF_8));
    try {
      storage = LocalStorage.create();
      try (Feeding feeding = new Feeding(feed, storage, out)) {
        return countWith(feeding, batches);
      } finally {
        storage.delete();
      }
    } finally {
      System.setOut(before);
    }
  }

  private int countWith(Feeding feeding, BatchLines batches) throws Exception {
    StreamingConf conf = new StreamingConf(false).setMaster("local[2]").setAppName("demo");
    try (StreamingContext ssc =
        SocketAndFilesWordCount.define(
            conf, "localhost", feeding.port(), storage.input(), storage.outputPrefix())) {
      try {
        return count(ssc, feeding, batches);
      } finally {
        // Whoever broke off interrupted this thread; the end must not be interrupted.
        Thread.interrupted();
      }
    }
  }

  private int count(StreamingContext ssc, Feeding feeding, BatchLines batches) throws Exception {
    out.accept("starting the word count in local[2]; batches of one second");
    ssc.start();
    feeding.startFiles();
    awaitFirstCounts(ssc, batches);
    out.accept(
        String.format(
            Locale.ROOT,
            "first counts %.1f s after the start of the JVM",
            sinceStartOfJvmMs() / MS_PER_SECOND));
    if (ssc.awaitTerminationOrTimeout(TimeUnit.SECONDS.toMillis(feed.seconds()))) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "the word count ended by itself; it should run until it is stopped");
    }
    feeding.finish();
    long stopNanos = System.nanoTime();
    ssc.stop(true, true);
    out.accept(
        String.format(
            Locale.ROOT,
            "stopped; what was received was counted before, in %.1f s",
            (System.nanoTime() - stopNanos) / 1e9));
    return feeding.check();
  }

  /** Also notices when streaming fails instead. */
  private static void awaitFirstCounts(StreamingContext ssc, BatchLines batches)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FIRST_COUNTS_TIMEOUT_MS);
    while (!batches.awaitFirstCounts(50)) {
      ssc.awaitTerminationOrTimeout(0);
      if (System.nanoTime() > deadline) {
        throw new MillraceException(
            ErrorCode.TIMED_OUT,
            "no batch showed counts in "
                + TimeUnit.MILLISECONDS.toSeconds(FIRST_COUNTS_TIMEOUT_MS)
                + " s after the start");
      }
    }
  }

  /** The process may be older: a shell turned into it. */
  private static long sinceStartOfJvmMs() {
    return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
  }
}
