package org.millrace.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.plan.ProgramShipping;
import org.millrace.am.schedule.ResultRecords;
import org.millrace.api.BatchContext;
import org.millrace.api.Optional;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.hadoop.adapter.FormatBridge;

/**
 * An application over files whose driver and executors are killed together at any event, and start
 * again from the checkpoint; all from a seed. What it wrote must be what one that never stopped
 * writes.
 */
final class RestartSimulation {
  private static final long INTERVAL_MS = 500;
  private static final long WINDOW_MS = 4 * INTERVAL_MS;
  private static final long STUCK_MS = 120_000;
  private static final int MOST_STEPS = 50_000_000;
  private static final int FILES = 40;
  private static final int LINES = 3;

  private final long seed;
  private final SimulatedTime time;
  private final SplittableRandom random;
  private final FakeDurableFiles files;
  private final Loop outside;
  private final List<String> story = new ArrayList<>();
  private final int snapshotEvents;
  private int fed;
  private int lives;
  private Life life;

  /** One driver, with its executors. */
  private final class Life {
    final Machine driver = new Machine("driver", time);
    final SimulatedNetwork network =
        new SimulatedNetwork(
            time, Pace.DRAWN, seed * 31 + lives, (machine, sent) -> java.util.Optional.empty());
    final StreamingContext context;
    SimulatedCluster cluster;

    Life() {
      lives++;
      DriverEngine engine = new DriverEngine(environment(), () -> {});
      StreamingConf conf = new StreamingConf().setMaster("simulated").setAppName("restarts");
      context =
          StreamingContext.getOrCreate("/checkpoint", () -> define(new BatchContext(conf, engine)));
    }

    void kill() {
      story.add(time.nowMs() + " ms kill " + lives);
      driver.kill();
      network.onKilled(driver);
      if (cluster != null) {
        cluster.killAll();
      }
      files.crash();
    }

    /** Gives back what this JVM holds of a process that is gone. */
    void bury() {
      try {
        context.stop(true, false);
      } catch (MillraceException dead) {
        story.add("buried");
      }
    }

    private DriverEnvironment environment() {
      RecordCodec codec = new RecordCodec(getClass().getClassLoader());
      return new DriverEnvironment(
          new DriverEnvironment.Ports(
              time,
              driver.loop("main"),
              driver.work(),
              network.transport(driver),
              files,
              (where, fault) -> {
                if (driver.isAlive()) {
                  throw new AssertionError("driver: " + where, fault);
                }
              },
              new Stepping(time, STUCK_MS, driver),
              new ProgramShipping(codec, "simulation"),
              new ResultRecords(codec),
              new FormatBridge(getClass().getClassLoader())),
          new DriverEnvironment.Identity(
              "application-" + lives, "nobody", "simulated", 1, "driver", "/log-" + lives),
          Settings.resolve(
              Map.of(
                  "millrace.executor.instances", "2",
                  "millrace.executor.cores", "1",
                  "millrace.files.maxPerBatch", "2",
                  "millrace.backpressure.enabled", "false",
                  "millrace.checkpoint.interval", "1s",
                  "millrace.checkpoint.snapshotEvents", Integer.toString(snapshotEvents))),
          (loop, epoch, port) -> {
            cluster =
                new SimulatedCluster(
                    new SimulatedCluster.World(
                        time,
                        network,
                        files,
                        Simulation.FOLDER.resolve("restart-" + lives),
                        (where, fault) -> {
                          if (driver.isAlive()) {
                            throw new AssertionError(where, fault);
                          }
                        }),
                    1,
                    Pace.DRAWN,
                    seed * 31 + lives,
                    loop,
                    epoch,
                    port);
            return cluster;
          });
    }
  }

  private RestartSimulation(long seed) {
    this.seed = seed;
    this.time = SimulatedTime.shuffled(seed);
    this.random = new SplittableRandom(seed * 31 + 7);
    this.files = new FakeDurableFiles(time.blockingWork(), time);
    this.outside = time.loop("outside");
    this.snapshotEvents = 100;
    Ledger.begin(seed);
  }

  /**
   * Runs a seed.
   *
   * @param kills how often the application is killed before it may finish
   * @return how many drivers there were
   */
  static int run(long seed, int kills) {
    RestartSimulation simulation = new RestartSimulation(seed);
    try {
      return simulation.run(kills);
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(
          "seed " + seed + " after " + simulation.story + ": " + failure, failure);
    } finally {
      simulation.life.bury();
    }
  }

  private static StreamingContext define(BatchContext batches) {
    StreamingContext context = new StreamingContext(batches, new Duration(INTERVAL_MS));
    DStream<String> lines = context.textFileStream("/in");
    lines.saveAsTextFiles("/out/records", "");
    lines.writeTo("records", new Ledger());
    lines
        .window(new Duration(WINDOW_MS), new Duration(2 * INTERVAL_MS))
        .saveAsTextFiles("/out/windows", "");
    PairDStream<String, Integer> ones =
        lines.mapToPair(line -> new Tuple2<>(line.substring(line.indexOf('/') + 1), 1));
    ones.updateStateByKey(RestartSimulation::added).toDStream().saveAsTextFiles("/out/totals", "");
    ones.reduceByKeyAndWindow(
            Integer::sum,
            (all, left) -> all - left,
            new Duration(WINDOW_MS),
            new Duration(INTERVAL_MS),
            3,
            sum -> sum._2() > 0)
        .toDStream()
        .saveAsTextFiles("/out/sums", "");
    return context;
  }

  private int run(int kills) {
    makeDirectory("/in");
    makeDirectory("/out");
    // Not to be read: it was there before the application.
    files.put("/in/old", "old\n".getBytes(StandardCharsets.UTF_8));
    for (int killed = 0; killed < kills; killed++) {
      life = new Life();
      scheduleKill(life);
      try {
        life.context.start();
        if (fed == 0) {
          fed = 1;
          outside.schedule(1, this::feed);
        }
        time.runUntil(() -> !life.driver.isAlive(), MOST_STEPS);
      } catch (MillraceException duringStart) {
        if (life.driver.isAlive()) {
          throw duringStart;
        }
      }
      life.bury();
      long awayMs = random.nextInt(3_000);
      long untilMs = time.nowMs() + awayMs;
      time.runUntil(() -> time.nowMs() >= untilMs, MOST_STEPS);
    }
    life = new Life();
    life.context.start();
    if (fed == 0) {
      fed = 1;
      outside.schedule(1, this::feed);
    }
    time.runUntil(() -> fed > FILES, MOST_STEPS);
    long untilMs = time.nowMs() + FILES * INTERVAL_MS + 2 * WINDOW_MS;
    time.runUntil(() -> time.nowMs() >= untilMs, MOST_STEPS);
    life.context.stop(true, true);
    check();
    return lives;
  }

  /** Most kills are in the middle of a batch: some steps after its tick. */
  private void scheduleKill(Life victim) {
    long atMs = time.nowMs() + 1 + random.nextInt(8_000);
    if (random.nextInt(4) > 0) {
      atMs = (atMs / INTERVAL_MS + 1) * INTERVAL_MS;
    }
    int steps = random.nextInt(random.nextBoolean() ? 60 : 1_500);
    outside.schedule(atMs - time.nowMs(), () -> killAfter(steps, victim));
  }

  private void killAfter(int steps, Life victim) {
    if (steps == 0) {
      victim.kill();
    } else {
      outside.execute(() -> killAfter(steps - 1, victim));
    }
  }

  private void feed() {
    StringBuilder content = new StringBuilder();
    for (int line = 0; line < LINES; line++) {
      content.append(fed).append('/').append(line).append('\n');
    }
    files.put("/in/file-%04d".formatted(fed), content.toString().getBytes(StandardCharsets.UTF_8));
    fed++;
    if (fed <= FILES) {
      outside.schedule(1 + random.nextInt(1_000), this::feed);
    }
  }

  private void check() {
    TreeMap<Long, List<String>> records = saved("/out/records-");
    List<String> all = records.values().stream().flatMap(List::stream).toList();
    List<String> expected = new ArrayList<>();
    for (int file = 1; file <= FILES; file++) {
      for (int line = 0; line < LINES; line++) {
        expected.add(file + "/" + line);
      }
    }
    assertThat(all).containsExactlyElementsOf(expected);
    TreeMap<Long, List<String>> withRecords = new TreeMap<>(records);
    withRecords.values().removeIf(List::isEmpty);
    assertThat(Ledger.committed()).isEqualTo(withRecords);
    TreeMap<Long, List<String>> windows = saved("/out/windows-");
    windows.forEach(
        (atMs, window) ->
            assertThat(window)
                .as("window at %d", atMs)
                .isEqualTo(
                    records.subMap(atMs - WINDOW_MS, false, atMs, true).values().stream()
                        .flatMap(List::stream)
                        .toList()));
    long first = records.firstKey();
    long last = records.lastKey();
    assertThat(records).hasSize((int) ((last - first) / INTERVAL_MS) + 1);
    assertThat(windows).hasSizeBetween(records.size() / 2, records.size() / 2 + 1);
    checkStates(records);
  }

  /** Each batch has changed the state once. */
  private void checkStates(TreeMap<Long, List<String>> records) {
    TreeMap<Long, List<String>> totals = saved("/out/totals-");
    TreeMap<Long, List<String>> sums = saved("/out/sums-");
    assertThat(totals).hasSameSizeAs(records);
    assertThat(sums).hasSameSizeAs(records);
    for (long atMs : records.keySet()) {
      assertThat(totals.get(atMs))
          .as("totals at %d", atMs)
          .containsExactlyInAnyOrderElementsOf(counted(records.headMap(atMs, true)));
      assertThat(sums.get(atMs))
          .as("sums at %d", atMs)
          .containsExactlyInAnyOrderElementsOf(
              counted(records.subMap(atMs - WINDOW_MS, false, atMs, true)));
    }
  }

  private static List<String> counted(Map<Long, List<String>> records) {
    Map<String, Integer> counts = new TreeMap<>();
    for (List<String> batch : records.values()) {
      batch.forEach(line -> counts.merge(line.substring(line.indexOf('/') + 1), 1, Integer::sum));
    }
    return counts.entrySet().stream()
        .map(entry -> new Tuple2<>(entry.getKey(), entry.getValue()).toString())
        .toList();
  }

  private static Optional<Integer> added(List<Integer> values, Optional<Integer> before) {
    return Optional.of(before.orElse(0) + values.size());
  }

  /** The lines of each batch, by its time. */
  private TreeMap<Long, List<String>> saved(String prefix) {
    TreeMap<Long, List<String>> saved = new TreeMap<>();
    for (FileStatus directory : await(files.list("/out"))) {
      if (directory.path().startsWith(prefix)) {
        List<String> lines = new ArrayList<>();
        for (FileStatus part : await(files.list(directory.path()))) {
          if (part.name().startsWith("part-")) {
            lines.addAll(
                new String(files.content(part.path()), StandardCharsets.UTF_8).lines().toList());
          }
        }
        saved.put(Long.parseLong(directory.path().substring(prefix.length())), lines);
      }
    }
    return saved;
  }

  private void makeDirectory(String path) {
    assertThat(await(files.makeDirectories(path))).isEqualTo(Outcome.DONE);
  }

  private <T> T await(CompletableFuture<T> future) {
    return new Stepping(time, STUCK_MS).await(future);
  }
}
