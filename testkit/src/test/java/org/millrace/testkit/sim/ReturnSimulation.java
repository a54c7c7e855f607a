package org.millrace.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
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
import org.millrace.api.streaming.StreamingContext;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.executor.DriverDirectory;
import org.millrace.runner.hadoop.adapter.FormatBridge;
import org.millrace.runner.wire.Address;

/**
 * An application with two reliable receivers, on executors of their own, and state, whose driver
 * alone is killed at any event, and comes back under its executors; executors are killed besides.
 * All from a seed.
 */
final class ReturnSimulation {
  private static final long INTERVAL_MS = 500;
  private static final long STUCK_MS = 120_000;
  private static final int MOST_STEPS = 50_000_000;
  private static final String DRIVERS = "/drivers";

  /** Each has a receiver. */
  private static final List<String> SOURCES = List.of("a", "b");

  /** Each driver changes it for the executors that it starts. */
  private static final List<String> COMPRESSIONS = List.of("zstd", "none", "lz4");

  private final long seed;
  private final SimulatedTime time;
  private final SplittableRandom random;
  private final FakeDurableFiles files;
  private final SimulatedNetwork network;
  private final Loop outside;
  private final WallClock wall = new WallClock();
  private final List<String> story = new ArrayList<>();
  private SimulatedCluster cluster;
  private int lives;
  private Life life;

  /** The clock of the driver's machine, which somebody may set. */
  private final class WallClock implements Clock {
    private long setByMs;

    @Override
    public long nowMs() {
      return time.nowMs() + setByMs;
    }

    @Override
    public long nanoTime() {
      return time.nanoTime();
    }
  }

  /** One driver. */
  private final class Life {
    final Machine driver = new Machine("driver-" + lives, time);
    final StreamingContext context;

    Life() {
      DriverEngine engine = new DriverEngine(environment(), () -> {});
      StreamingConf conf = new StreamingConf().setMaster("simulated").setAppName("returns");
      context =
          StreamingContext.getOrCreate(
              "/checkpoint", () -> define(new BatchContext(conf, engine), seed));
    }

    void kill() {
      story.add(time.nowMs() + " ms kill driver " + lives);
      driver.kill();
      network.onKilled(driver);
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
              wall,
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
              "application", "nobody", "simulated", lives, "driver", "/log"),
          Settings.resolve(
              Map.of(
                  "millrace.executor.instances", "3",
                  "millrace.executor.cores", "1",
                  "millrace.backpressure.enabled", "false",
                  "millrace.receiverRestartDelay", "50ms",
                  "millrace.receiver.writeAheadLog.compression", COMPRESSIONS.get(lives % 3),
                  "millrace.checkpoint.standbyState", lives % 3 == 0 ? "false" : "true",
                  "millrace.checkpoint.interval", "1s")),
          this::cluster);
    }

    private SimulatedCluster cluster(Loop loop, long epoch, int port) {
      var unused =
          new DriverDirectory(files, driver.work(), DRIVERS)
              .publish(epoch, new Address("driver", port));
      cluster =
          cluster == null
              ? new SimulatedCluster(world(), 1, Pace.DRAWN, seed, loop, epoch, port)
              : cluster.keptFor(loop, epoch, port);
      return cluster;
    }
  }

  private SimulatedCluster.World world() {
    return new SimulatedCluster.World(
        time,
        network,
        files,
        Simulation.FOLDER.resolve("returns"),
        (where, fault) -> {
          throw new AssertionError(where, fault);
        },
        DRIVERS);
  }

  private ReturnSimulation(long seed) {
    this.seed = seed;
    this.time = SimulatedTime.shuffled(seed);
    this.random = new SplittableRandom(seed * 31 + 7);
    this.files = new FakeDurableFiles(time.blockingWork(), time);
    this.network =
        new SimulatedNetwork(
            time, Pace.DRAWN, seed * 31, (machine, sent) -> java.util.Optional.empty());
    this.outside = time.loop("outside");
    Ledger.begin(seed);
    PositionedSource.begin(SOURCES);
  }

  /**
   * Runs a seed.
   *
   * @param kills how often the driver is killed before the application may finish
   * @return how often its receivers were started
   */
  static int run(long seed, int kills) {
    return run(seed, kills, new long[0]);
  }

  /**
   * Runs a seed without a kill.
   *
   * @param setByMs by how much the driver's clock is set, one after the other; each time, as much
   *     time passes as a clock that is set back needs to be where it was
   */
  static int runWithClockSet(long seed, long... setByMs) {
    return run(seed, 0, setByMs);
  }

  private static int run(long seed, int kills, long[] setByMs) {
    ReturnSimulation simulation = new ReturnSimulation(seed);
    try {
      simulation.run(kills, setByMs);
      return PositionedSource.starts();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(
          "seed " + seed + " after " + simulation.story + ": " + failure, failure);
    } finally {
      simulation.life.bury();
    }
  }

  private static StreamingContext define(BatchContext batches, long seed) {
    StreamingContext context = new StreamingContext(batches, new Duration(INTERVAL_MS));
    DStream<String> numbers =
        SOURCES.stream()
            .<DStream<String>>map(
                source -> context.receiverStream(new PositionedSource(source, seed)))
            .reduce(DStream::union)
            .orElseThrow();
    numbers.saveAsTextFiles("/out/records", "");
    numbers.writeTo("records", new Ledger());
    numbers
        .mapToPair(number -> new Tuple2<>(number.substring(number.length() - 1), 1))
        .updateStateByKey(ReturnSimulation::added)
        .toDStream()
        .saveAsTextFiles("/out/totals", "");
    return context;
  }

  private static Optional<Integer> added(List<Integer> values, Optional<Integer> before) {
    return Optional.of(before.orElse(0) + values.size());
  }

  private void run(int kills, long[] setByMs) {
    assertThat(await(files.makeDirectories("/out"))).isEqualTo(Outcome.DONE);
    for (int killed = 0; killed < kills; killed++) {
      begin();
      Life victim = life;
      after(1 + random.nextInt(8_000), random.nextInt(300), victim::kill);
      if (random.nextInt(2) == 0) {
        after(1 + random.nextInt(8_000), random.nextInt(300), this::killExecutor);
      }
      try {
        life.context.start();
        runUntil(() -> !victim.driver.isAlive());
      } catch (MillraceException duringStart) {
        if (victim.driver.isAlive()) {
          throw duringStart;
        }
      }
      victim.bury();
      pass(random.nextInt(3_000));
    }
    begin();
    life.context.start();
    pass(5_000);
    for (long by : setByMs) {
      wall.setByMs += by;
      pass(10_000 + Math.max(0, -by));
    }
    PositionedSource.endAfter(50);
    runUntil(PositionedSource::isAllAcknowledged);
    pass(4 * INTERVAL_MS);
    life.context.stop(true, true);
    check();
  }

  private void begin() {
    lives++;
    life = new Life();
  }

  private void pass(long durationMs) {
    long untilMs = time.nowMs() + durationMs;
    runUntil(() -> time.nowMs() >= untilMs);
  }

  /** Ends at once when records are lost. */
  private void runUntil(BooleanSupplier condition) {
    boolean ended =
        time.runUntil(
            () -> !PositionedSource.losses().isEmpty() || condition.getAsBoolean(), MOST_STEPS);
    assertThat(PositionedSource.losses()).isEmpty();
    assertThat(ended).as("it ends").isTrue();
  }

  /** Most kills are in the middle of a batch: some steps after its tick. */
  private void after(long delayMs, int steps, Runnable kill) {
    long atMs = (time.nowMs() + delayMs) / INTERVAL_MS * INTERVAL_MS + INTERVAL_MS;
    outside.schedule(atMs - time.nowMs(), () -> afterSteps(steps, kill));
  }

  private void afterSteps(int steps, Runnable kill) {
    if (steps == 0) {
      kill.run();
    } else {
      outside.execute(() -> afterSteps(steps - 1, kill));
    }
  }

  private void killExecutor() {
    List<Machine> machines = cluster == null ? List.of() : cluster.machines();
    if (machines.size() > 1) {
      Machine victim = machines.get(random.nextInt(machines.size()));
      story.add(time.nowMs() + " ms kill " + victim.name());
      cluster.kill(victim);
    }
  }

  private void check() {
    TreeMap<Long, List<String>> records = saved("/out/records-");
    assertThat(records.keySet())
        .containsExactlyElementsOf(
            LongStream.iterate(
                    records.firstKey(), at -> at <= records.lastKey(), at -> at + INTERVAL_MS)
                .boxed()
                .toList());
    List<String> all = records.values().stream().flatMap(List::stream).toList();
    assertThat(all).containsExactlyInAnyOrderElementsOf(PositionedSource.all());
    TreeMap<Long, List<String>> withRecords = new TreeMap<>(records);
    withRecords.values().removeIf(List::isEmpty);
    assertThat(Ledger.committed()).isEqualTo(withRecords);
    TreeMap<Long, List<String>> totals = saved("/out/totals-");
    assertThat(totals).hasSameSizeAs(records);
    Map<String, Integer> counts = new TreeMap<>();
    records.forEach(
        (atMs, batch) -> {
          batch.forEach(
              number -> counts.merge(number.substring(number.length() - 1), 1, Integer::sum));
          assertThat(totals.get(atMs))
              .as("totals at %d", atMs)
              .containsExactlyInAnyOrderElementsOf(
                  counts.entrySet().stream()
                      .map(entry -> new Tuple2<>(entry.getKey(), entry.getValue()).toString())
                      .toList());
        });
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

  private <T> T await(CompletableFuture<T> future) {
    return new Stepping(time, STUCK_MS).await(future);
  }
}
