package org.millrace.testkit.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.StreamingContext;

/** Reliable lines into {@code local[2]}, whose driver and executor end and come back. */
class ReliableSourceTest {
  private static final long DEADLINE_S = 60;

  @TempDir Path folder;
  private StreamingContext context;
  private final List<Long> seen = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    if (context != null) {
      context.stop();
    }
  }

  private StreamingContext program(NumberedLinesServer server) {
    StreamingContext made =
        new StreamingContext(
            new StreamingConf()
                .setMaster("local[2]")
                .setAppName("reliable")
                .set("millrace.receiverRestartDelay", "50ms"),
            new Duration(100));
    made.receiverStream(
            new NumberedLinesReceiver("127.0.0.1", server.port(), StorageLevels.MEMORY_ONLY_SER))
        .foreachRDD(
            rdd -> {
              for (String line : rdd.collect()) {
                seen.add(server.number(line));
              }
            });
    return made;
  }

  private void start(NumberedLinesServer server) {
    context =
        StreamingContext.getOrCreate(
            folder.resolve("checkpoint").toString(), () -> program(server));
    context.start();
  }

  @Test
  void givesEachLineToOneBatchWhateverBreaks() throws Exception {
    try (NumberedLinesServer server = NumberedLinesServer.local("lines", 20_000)) {
      start(server);
      await(() -> server.acknowledged() > 2_000);
      server.disconnect();
      await(() -> server.resumptions() >= 2 && seen.size() > 10_000);
      server.disconnect();
      await(() -> server.resumptions() >= 3);
      finish(server, server.sent() + 5_000);
    }
  }

  @Test
  void goesOnBehindTheLastAcknowledgedLineAfterARestart() throws Exception {
    try (NumberedLinesServer server = NumberedLinesServer.local("lines", 20_000)) {
      start(server);
      await(() -> server.acknowledged() > 2_000 && seen.size() > 1_000);
      context.stop();
      long acknowledged = server.acknowledged();
      int seenBefore = seen.size();
      start(server);
      await(() -> server.acknowledged() > acknowledged + 2_000);
      context.stop(true, true);
      assertThat(seen).hasSizeGreaterThan(seenBefore);
      start(server);
      await(() -> server.resumptions() >= 3);
      finish(server, server.sent() + 5_000);
    }
  }

  private void finish(NumberedLinesServer server, long until) {
    server.stopAt(until);
    await(() -> server.acknowledged() >= until && seen.size() >= until);
    context.stop(true, true);
    assertThat(server.problems()).isEmpty();
    List<Long> expected = new ArrayList<>();
    for (long number = 0; number < server.sent(); number++) {
      expected.add(number);
    }
    assertThat(seen).isEqualTo(expected);
  }

  private void await(BooleanSupplier condition) {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as("nothing came for %d s; %d lines were seen", DEADLINE_S, seen.size())
          .isLessThan(endNanos);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
