package org.millrace.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.log.DriverState;
import org.millrace.am.log.StateView;
import org.millrace.am.plan.ProgramShipping;
import org.millrace.am.schedule.ResultRecords;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.DriverEvent.BatchCommitted;
import org.millrace.checkpoint.log.DriverEvent.CommitOutcome;
import org.millrace.checkpoint.log.DriverEvent.EmptyBatches;
import org.millrace.checkpoint.log.EventLog;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.hadoop.adapter.FormatBridge;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.StartReceiver;
import org.millrace.runner.wire.proto.StreamMark;

/** One application from its start to its drain, with faults, all from a seed. */
final class Simulation {
  private static final long RUN_MS = 45_000;
  private static final long STUCK_MS = 120_000;
  private static final int MOST_STEPS = 50_000_000;

  /** Where the driver's log is, the application with a checkpoint directory or without. */
  static final String LOG = "/log";

  /** Where executors spill. */
  static final Path FOLDER = Path.of(System.getProperty("java.io.tmpdir"), "millrace-simulation");

  private final long seed;
  private final Kind kind;
  private final boolean withState;
  private final Map<String, String> configuration;
  private final SimulatedTime time;
  private final SplittableRandom faults;
  private final SimulatedNetwork network;
  private final FakeDurableFiles files;
  private final Machine driverMachine;
  private final Loop faultLoop;
  private final long endMs;
  private final Set<String> lostMachines = new HashSet<>();
  private final List<String> story = new ArrayList<>();

  /** Records that the marks of a receiver's executor promised, by receiver and machine. */
  private final Map<String, Long> promised = new TreeMap<>();

  /** Receivers by stream. */
  private final Map<Long, Integer> receivers = new HashMap<>();

  private SimulatedCluster cluster;
  private int fromStandby;
  private int fromFiles;

  /** What a simulation keeps, and loses. */
  private enum Kind {
    BLOCKS,
    STATE,
    STATE_ALL_LOST,
    STATE_WITH_STANDBY
  }

  /** Partitions of state that were restored when executors were lost. */
  record Restored(int fromStandby, int fromFiles) {}

  private Simulation(long seed, Kind kind, Map<String, String> configuration) {
    this.seed = seed;
    this.kind = kind;
    this.withState = kind != Kind.BLOCKS;
    this.configuration = configuration;
    this.time = SimulatedTime.shuffled(seed);
    this.faults = new SplittableRandom(seed * 31 + 7);
    this.network = new SimulatedNetwork(time, Pace.DRAWN, seed * 31 + 8, this::observe);
    this.files = new FakeDurableFiles(time.blockingWork(), time);
    this.driverMachine = new Machine("driver", time);
    this.faultLoop = time.loop("faults");
    this.endMs = time.nowMs() + RUN_MS;
  }

  /**
   * Runs the seed with losses of executors and checks everything that must hold.
   *
   * @return the records of the driver's log
   */
  static List<DriverEvent> run(long seed) {
    return run(new Simulation(seed, Kind.BLOCKS, Map.of()));
  }

  /** The same with keyed state, of which snapshots are taken. */
  static List<DriverEvent> runWithState(long seed) {
    return run(new Simulation(seed, Kind.STATE, Map.of("millrace.checkpoint.interval", "3s")));
  }

  /** The same where all executors are lost at once. */
  static List<DriverEvent> runWithAllLost(long seed) {
    return run(
        new Simulation(seed, Kind.STATE_ALL_LOST, Map.of("millrace.checkpoint.interval", "3s")));
  }

  /** The same with images of state on second executors; more are lost, two of them at once. */
  static Restored runWithStandby(long seed) {
    Simulation simulation =
        new Simulation(
            seed,
            Kind.STATE_WITH_STANDBY,
            Map.of(
                "millrace.executor.instances", "4",
                "millrace.checkpoint.interval", "2s",
                "millrace.checkpoint.standbyState", "true"));
    run(simulation);
    return new Restored(simulation.fromStandby, simulation.fromFiles);
  }

  /** The same as the first, with executors that are given back as there is little to do. */
  static List<DriverEvent> runWithAllocation(long seed) {
    return run(
        new Simulation(
            seed,
            Kind.BLOCKS,
            Map.of(
                "millrace.executor.instances", "6",
                "millrace.dynamicAllocation.enabled", "true",
                "millrace.dynamicAllocation.minExecutors", "2",
                "millrace.dynamicAllocation.maxExecutors", "6",
                "millrace.dynamicAllocation.scalingInterval", "4s")));
  }

  private static List<DriverEvent> run(Simulation simulation) {
    long seed = simulation.seed;
    try {
      return simulation.run();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(
          "seed " + seed + " after " + simulation.story + ": " + failure, failure);
    }
  }

  private List<DriverEvent> run() {
    DriverEngine engine = new DriverEngine(environment(), () -> {});
    StreamingConf conf = new StreamingConf().setMaster("simulated").setAppName("simulation");
    StreamingContext context =
        CountingProgram.define(new BatchContext(conf, engine), seed, withState);
    context.start();
    scheduleLosses();
    scheduleOtherFaults();
    time.runUntil(this::isOver, MOST_STEPS);
    context.stop(true, true);
    // The log deletes a spare segment that it did not need.
    long restMs = time.nowMs() + 5_000;
    time.runUntil(() -> time.nowMs() >= restMs, MOST_STEPS);

    List<DriverEvent> events = new ArrayList<>();
    DriverState replayed = new DriverState();
    await(
        EventLog.read(
            files,
            time.blockingWork(),
            LOG + "/epoch-000001",
            1,
            0,
            (position, event) -> {
              events.add(event);
              replayed.replay(event);
            }));
    assertThat(StateView.of(replayed)).isEqualTo(StateView.of(engine.durableState()));
    assertThat(engine.runningJobs()).isZero();
    assertThat(replayed.cutNotCommitted()).isEmpty();
    assertThat(replayed.committedNotPublished()).isEmpty();
    checkRecords(checkCommits(events));
    return events;
  }

  /** Batches commit in their order, one interval apart, and none is left out. */
  private static List<Long> checkCommits(List<DriverEvent> events) {
    List<Long> committed = new ArrayList<>();
    List<Long> withRecords = new ArrayList<>();
    for (DriverEvent event : events) {
      if (event instanceof BatchCommitted commit) {
        assertThat(commit.outcome()).isEqualTo(CommitOutcome.COMPLETED);
        committed.add(commit.batchTimeMs());
        withRecords.add(commit.batchTimeMs());
      } else if (event instanceof EmptyBatches empty) {
        for (long i = 0; i < empty.count(); i++) {
          committed.add(empty.fromMs() + i * CountingProgram.INTERVAL_MS);
        }
      }
    }
    assertThat(committed).hasSizeGreaterThan((int) (RUN_MS / CountingProgram.INTERVAL_MS) - 2);
    for (int i = 1; i < committed.size(); i++) {
      assertThat(committed.get(i)).isEqualTo(committed.get(i - 1) + CountingProgram.INTERVAL_MS);
    }
    return withRecords;
  }

  /**
   * Each record that was promised is in one batch, in its order; counts are those of the records.
   */
  private void checkRecords(List<Long> batches) {
    Map<String, Long> next = new HashMap<>();
    for (long batch : batches) {
      Map<String, Integer> reference = new TreeMap<>();
      for (String record : CountingProgram.RECORDS.get(batch)) {
        String source = record.substring(0, record.indexOf('/'));
        long number = Long.parseLong(record.substring(record.indexOf('/') + 1));
        long expected = next.merge(source, 1L, Long::sum) - 1;
        assertThat(number).as("record of %s in batch %d", source, batch).isEqualTo(expected);
        reference.merge(CountingProgram.lastDigit(record), 1, Integer::sum);
      }
      assertThat(CountingProgram.COUNTS.get(batch)).as("batch %d", batch).isEqualTo(reference);
    }
    checkWindows();
    checkState();
    promised.forEach(
        (source, records) ->
            assertThat(next.getOrDefault(source, 0L))
                .as("records of %s", source)
                .isGreaterThanOrEqualTo(records));
    NumberedSource.STORED.forEach(
        (source, stored) -> {
          if (!lostMachines.contains(source.substring(source.indexOf('@') + 1))) {
            assertThat(next.getOrDefault(source, 0L)).as("drained of %s", source).isEqualTo(stored);
          }
        });
    assertThat(promised).isNotEmpty();
  }

  /** A window has the records of its batches, in their order, whatever was lost meanwhile. */
  private static void checkWindows() {
    CountingProgram.WINDOWS.forEach(
        (batch, records) ->
            assertThat(records).as("window of %d", batch).isEqualTo(windowRecords(batch)));
    CountingProgram.WINDOW_COUNTS.forEach(
        (batch, counts) -> {
          Map<String, Integer> reference = new TreeMap<>();
          for (String record : windowRecords(batch)) {
            reference.merge(CountingProgram.lastDigit(record), 1, Integer::sum);
          }
          assertThat(counts).as("counts of the window of %d", batch).isEqualTo(reference);
        });
    int batches = CountingProgram.RECORDS.size();
    assertThat(CountingProgram.WINDOWS).hasSize(batches / 2);
    assertThat(CountingProgram.WINDOW_COUNTS).hasSize(batches);
  }

  /** Each batch changed the state once, whatever failed and was tried again. */
  private void checkState() {
    Map<String, Integer> totals = new TreeMap<>();
    CountingProgram.TOTALS.forEach(
        (batch, counted) -> {
          for (String record : CountingProgram.RECORDS.get(batch)) {
            totals.merge(CountingProgram.lastDigit(record), 1, Integer::sum);
          }
          assertThat(counted).as("totals of %d", batch).isEqualTo(totals);
        });
    assertThat(CountingProgram.TOTALS).hasSize(withState ? CountingProgram.RECORDS.size() : 0);
    if (withState) {
      assertThat(CountingProgram.WINDOW_STATES).isEqualTo(CountingProgram.WINDOW_COUNTS);
      assertThat(CountingProgram.WINDOW_TOTALS).isEqualTo(windowTotals());
    }
  }

  private static Map<Long, Map<String, Integer>> windowTotals() {
    Map<Long, Map<String, Integer>> sums = new TreeMap<>();
    for (long batch : CountingProgram.TOTALS.keySet()) {
      Map<String, Integer> sum = new TreeMap<>();
      for (long at : windowBatches(batch)) {
        CountingProgram.TOTALS
            .getOrDefault(at, Map.of())
            .forEach((key, total) -> sum.merge(key, total, Integer::sum));
      }
      sums.put(batch, sum);
    }
    return sums;
  }

  private static List<String> windowRecords(long batch) {
    List<String> records = new ArrayList<>();
    for (long at : windowBatches(batch)) {
      records.addAll(CountingProgram.RECORDS.getOrDefault(at, List.of()));
    }
    return records;
  }

  private static List<Long> windowBatches(long batch) {
    List<Long> batches = new ArrayList<>();
    for (long at = batch - CountingProgram.WINDOW_MS + CountingProgram.INTERVAL_MS;
        at <= batch;
        at += CountingProgram.INTERVAL_MS) {
      batches.add(at);
    }
    return batches;
  }

  private Optional<Envelope> observe(Machine sender, Envelope message) {
    if (message.hasStartReceiver()) {
      StartReceiver start = message.getStartReceiver();
      receivers.put(start.getStreamId(), start.getReceiverId());
    }
    fromStandby += message.getStateRestored().getFromStandby();
    fromFiles +=
        message.getStateRestored().getStatesCount() - message.getStateRestored().getFromStandby();
    for (StreamMark mark : message.getHeartbeat().getMarksList()) {
      if (mark.getPrimary()) {
        String source = receivers.get(mark.getStreamId()) + "@" + sender.name();
        promised.merge(source, mark.getUntilRecords(), Math::max);
      }
    }
    return Optional.empty();
  }

  /**
   * Losses, far enough apart that what the first one left in one copy has been used up; where
   * blocks are in a log, also two at once.
   */
  private void scheduleLosses() {
    if (kind == Kind.STATE_WITH_STANDBY) {
      faultLoop.schedule(7_000 + faults.nextInt(8_000), this::loseAnExecutor);
      faultLoop.schedule(18_000 + faults.nextInt(6_000), () -> killAtOnce(2));
      faultLoop.schedule(30_000 + faults.nextInt(8_000), this::loseAnExecutor);
      return;
    }
    if (kind == Kind.STATE_ALL_LOST) {
      faultLoop.schedule(12_000 + faults.nextInt(12_000), () -> killAtOnce(Integer.MAX_VALUE));
      return;
    }
    faultLoop.schedule(3_000 + faults.nextInt(8_000), this::loseAnExecutor);
    faultLoop.schedule(27_000 + faults.nextInt(8_000), this::loseAnExecutor);
  }

  private void loseAnExecutor() {
    Machine machine = oneOf(cluster.machines());
    lostMachines.add(machine.name());
    if (faults.nextBoolean()) {
      tell("kill " + machine.name());
      cluster.kill(machine);
    } else {
      long durationMs = 5_600L + faults.nextInt(3_000);
      tell("pause " + machine.name() + " for " + durationMs);
      machine.pause(durationMs);
    }
  }

  private void killAtOnce(int most) {
    List<Machine> alive = alive();
    for (int killed = 0; killed < most && !alive.isEmpty(); killed++, alive = alive()) {
      Machine machine = oneOf(alive);
      lostMachines.add(machine.name());
      tell("kill " + machine.name());
      cluster.kill(machine);
    }
  }

  private List<Machine> alive() {
    return cluster.machines().stream().filter(Machine::isAlive).toList();
  }

  private void scheduleOtherFaults() {
    faultLoop.schedule(
        500 + faults.nextInt(4_000),
        () -> {
          if (isOver()) {
            return;
          }
          switch (faults.nextInt(4)) {
            case 0 -> {
              CountingProgram.failuresToCome = 1 + faults.nextInt(2);
              tell("fail " + CountingProgram.failuresToCome + " tasks");
            }
            case 1 -> {
              tell("break a link");
              network.breakALink(cluster.machines());
            }
            case 2 -> pauseShortly(driverMachine);
            default -> pauseShortly(oneOf(cluster.machines()));
          }
          scheduleOtherFaults();
        });
  }

  private void pauseShortly(Machine machine) {
    if (!machine.isPaused()) {
      long durationMs = 100L + faults.nextInt(1_400);
      tell("pause " + machine.name() + " for " + durationMs);
      machine.pause(durationMs);
    }
  }

  private boolean isOver() {
    return time.nowMs() >= endMs;
  }

  private Machine oneOf(List<Machine> machines) {
    return machines.get(faults.nextInt(machines.size()));
  }

  private void tell(String what) {
    story.add(time.nowMs() - endMs + RUN_MS + " ms " + what);
  }

  private DriverEnvironment environment() {
    RecordCodec codec = new RecordCodec(getClass().getClassLoader());
    Settings settings =
        Settings.resolve(
            configuration,
            Map.of(
                "millrace.executor.instances", "3",
                "millrace.executor.cores", "2",
                // A receiver would wait on a thread of the simulation.
                "millrace.backpressure.enabled", "false",
                "millrace.app.name", "simulation"));
    return new DriverEnvironment(
        new DriverEnvironment.Ports(
            time,
            driverMachine.loop("main"),
            driverMachine.work(),
            network.transport(driverMachine),
            files,
            (where, fault) -> {
              throw new AssertionError("driver: " + where, fault);
            },
            new Stepping(time, STUCK_MS),
            new ProgramShipping(codec, "simulation"),
            new ResultRecords(codec),
            new FormatBridge(getClass().getClassLoader())),
        new DriverEnvironment.Identity("simulation", "nobody", "simulated", 1, "driver", LOG),
        settings,
        (loop, epoch, port) -> {
          cluster =
              new SimulatedCluster(
                  new SimulatedCluster.World(
                      time,
                      network,
                      files,
                      FOLDER,
                      (where, fault) -> {
                        throw new AssertionError(where, fault);
                      }),
                  2,
                  Pace.DRAWN,
                  seed * 31 + 9,
                  loop,
                  epoch,
                  port);
          return cluster;
        });
  }

  private <T> T await(CompletableFuture<T> future) {
    return new Stepping(time, STUCK_MS).await(future);
  }
}
