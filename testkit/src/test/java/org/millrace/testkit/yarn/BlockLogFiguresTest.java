package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabExtension;
import org.millrace.testkit.source.NumberedLinesServer;

/** Prints what the write-ahead log of blocks costs, and how long a hung DataNode holds it. */
@Tag("figures")
@ExtendWith(LabExtension.class)
class BlockLogFiguresTest {
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final Duration MEASURED = Duration.ofSeconds(20);
  private static final Duration HANG = Duration.ofSeconds(25);
  private static final long LINES_PER_SECOND = 1_000;
  private static final int CHUNKS_PER_FLUSH = 16;

  @TempDir Path outputs;

  @Test
  void throughputWithTheLogAndWithout(Lab lab) throws Exception {
    double with = linesPerSecond(lab, true);
    double without = linesPerSecond(lab, false);
    double again = linesPerSecond(lab, true);
    System.out.printf(
        "lines/s with the log %,.0f, without %,.0f, with %,.0f: %.2f and %.2f%n",
        with, without, again, with / without, again / without);
    double stream = streamBytesPerSecond(lab);
    double logged = (with + again) / 2 * EndlessLines.BYTES_PER_LINE;
    System.out.printf(
        "one stream into HDFS writes %.1f MB/s, the log took %.1f MB/s: %.2f%n",
        stream / 1e6, logged / 1e6, logged / stream);
  }

  /** What one client of HDFS writes alone, with a flush behind each MiB. */
  private static double streamBytesPerSecond(Lab lab) throws Exception {
    byte[] chunk = new byte[64 << 10];
    Configuration hadoop = new Configuration();
    for (String name : new String[] {"core-site.xml", "hdfs-site.xml"}) {
      hadoop.addResource(
          new org.apache.hadoop.fs.Path(lab.configurationDirectory().resolve(name).toUri()));
    }
    var file = new org.apache.hadoop.fs.Path("/one-stream-" + System.nanoTime());
    try (FileSystem hdfs = FileSystem.newInstance(hadoop)) {
      long bytes = 0;
      long startNanos = System.nanoTime();
      try (FSDataOutputStream out = hdfs.create(file)) {
        while (System.nanoTime() - startNanos < MEASURED.toNanos()) {
          for (int i = 0; i < CHUNKS_PER_FLUSH; i++) {
            out.write(chunk);
            bytes += chunk.length;
          }
          out.hflush();
        }
      }
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      assertThat(hdfs.getFileStatus(file).getLen()).isEqualTo(bytes);
      hdfs.delete(file, false);
      return bytes / seconds;
    }
  }

  private double linesPerSecond(Lab lab, boolean logged) throws Exception {
    try (EndlessLines source = new EndlessLines();
        CheckpointedApplication application =
            new CheckpointedApplication(
                lab,
                outputs,
                SocketWordCount.class,
                Integer.toString(source.port()),
                Map.of("millrace.receiver.writeAheadLog.enable", Boolean.toString(logged)))) {
      ApplicationPage page = application.page();
      application.await("records", () -> page.total("records") > 0);
      pause(WARM_UP);
      long before = page.total("records");
      long startNanos = System.nanoTime();
      pause(MEASURED);
      long lines = page.total("records") - before;
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      assertThat(page.total("lostExecutors")).isZero();
      source.end();
      application.stop();
      return lines / seconds;
    }
  }

  @Test
  void longestWaitForAnAcknowledgementWhenADataNodeHangs(Lab lab) throws Exception {
    try (NumberedLinesServer source = NumberedLinesServer.local("line", LINES_PER_SECOND);
        CheckpointedApplication application =
            new CheckpointedApplication(
                lab,
                outputs,
                CheckpointedReceiver.class,
                Integer.toString(source.port()),
                Map.of())) {
      application.await("acknowledgements", () -> source.acknowledged() > 5 * LINES_PER_SECOND);
      long usualMs = longestWaitMs(source, WARM_UP);
      long pausedMs = System.currentTimeMillis();
      lab.dataNode(1).pause();
      long hungMs = longestWaitMs(source, HANG);
      lab.dataNode(1).resume();
      long number = source.sent() + 2 * LINES_PER_SECOND;
      source.stopAt(number);
      application.await("all is acknowledged", () -> source.acknowledged() == number);
      application.awaitEachLineOnce(Math.toIntExact(number));
      long outputMs = application.longestGapMs(pausedMs);
      application.stop();
      System.out.printf(
          "longest wait for an acknowledgement: %d ms, %d ms while a DataNode hangs; for an output"
              + " then %d ms%n",
          usualMs, hungMs, outputMs);
    }
  }

  private static long longestWaitMs(NumberedLinesServer source, Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    long last = source.acknowledged();
    long movedNanos = System.nanoTime();
    long longest = 0;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
      long now = System.nanoTime();
      longest = Math.max(longest, now - movedNanos);
      long acknowledged = source.acknowledged();
      if (acknowledged > last) {
        last = acknowledged;
        movedNanos = now;
      }
    }
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  private static void pause(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
