package org.millrace.examples;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.millrace.api.StorageLevels;
import org.millrace.api.streaming.ReceiverInputDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.receiver.Receiver;

/** A source of made-up lines for examples that are run without a source of their own. */
final class GeneratedLines extends Receiver<String> {
  private static final long serialVersionUID = 1L;
  private static final int LINES_A_TICK = 5;
  private static final long TICK_MS = 100;

  /** What a line is. */
  enum Kind {
    /** A few words. */
    WORDS,
    /** A request as web servers log it: address, time, method, path, status, bytes. */
    ACCESS_LOG,
    /** A short message with hashtags, some of them far more often than others. */
    MESSAGES
  }

  private static final String[] WORDS = {
    "stream", "batch", "window", "state", "block", "driver", "executor", "receiver", "checkpoint"
  };
  private static final String[] PATHS = {"/", "/cart", "/search", "/item/1", "/item/2", "/login"};
  private static final int[] STATUSES = {200, 200, 200, 200, 200, 301, 404, 404, 500};
  private static final String[] TAGS = {
    "hadoop", "yarn", "hdfs", "java", "millrace", "kafka", "sql"
  };

  private final Kind kind;

  private transient ScheduledExecutorService ticks;

  GeneratedLines(Kind kind) {
    super(StorageLevels.MEMORY_ONLY);
    this.kind = kind;
  }

  /**
   * The lines of a TCP server when arguments name one, else made-up ones.
   *
   * @param args {@code <hostname> <port>}, or nothing
   */
  static ReceiverInputDStream<String> orSocket(
      StreamingContext context, String[] args, String example, Kind kind) {
    if (args.length == 0) {
      return context.receiverStream(new GeneratedLines(kind));
    }
    Arguments.require(args, example, "<hostname>", "<port>");
    return context.socketTextStream(args[0], Arguments.port(args[1]));
  }

  @Override
  public void onStart() {
    Random random = new Random(1);
    ticks =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "generated lines");
              thread.setDaemon(true);
              return thread;
            });
    ScheduledFuture<?> unused =
        ticks.scheduleAtFixedRate(() -> storeSome(random), 0, TICK_MS, TimeUnit.MILLISECONDS);
  }

  private void storeSome(Random random) {
    try {
      for (int i = 0; i < LINES_A_TICK && !isStopped(); i++) {
        store(line(kind, random));
      }
    } catch (RuntimeException e) {
      restart("Could not store a line", e);
    }
  }

  @Override
  public void onStop() {
    ticks.shutdownNow();
  }

  static String line(Kind kind, Random random) {
    return switch (kind) {
      case WORDS -> one(WORDS, random) + " " + one(WORDS, random) + " " + one(WORDS, random);
      case ACCESS_LOG ->
          "10.0.0.%d - - [21/Nov/2026:10:00:00 +0000] \"GET %s HTTP/1.1\" %d %d"
              .formatted(
                  1 + random.nextInt(8),
                  one(PATHS, random),
                  STATUSES[random.nextInt(STATUSES.length)],
                  100 + random.nextInt(5_000));
      case MESSAGES ->
          "reading about #"
              + TAGS[Math.min(random.nextInt(TAGS.length), random.nextInt(TAGS.length))]
              + " and #"
              + one(TAGS, random);
    };
  }

  private static String one(String[] all, Random random) {
    return all[random.nextInt(all.length)];
  }
}
