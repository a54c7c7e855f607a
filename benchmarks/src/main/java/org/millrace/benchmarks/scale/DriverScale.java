package org.millrace.benchmarks.scale;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.millrace.am.driver.DriverEngine;
import org.millrace.am.driver.DriverEnvironment;
import org.millrace.am.plan.ProgramShipping;
import org.millrace.am.schedule.ResultRecords;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.scale.Traffic.Way;
import org.millrace.checkpoint.files.adapter.LocalDurableFiles;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.hadoop.adapter.FormatBridge;

/**
 * What a batch costs the driver as the cluster grows, and whether its memory stays as it is: the
 * real driver against simulated executors, in virtual time.
 */
public final class DriverScale {
  private static final long TASK_NANOS = 20_000_000;

  /** Configuration of the command line. */
  private static final Map<String, String> given = new HashMap<>();

  private DriverScale() {}

  /**
   * One application.
   *
   * @param warmUp batches that are not measured
   */
  public record Case(
      ScaleProgram program,
      int executors,
      int cores,
      int receivers,
      int partitions,
      int warmUp,
      int batches) {}

  /** What it cost. */
  public record Measured(
      Case of,
      double blocks,
      double cpuMs,
      double heartbeatCpuMs,
      double allocatedKb,
      double p50Ms,
      double p99Ms,
      double messages,
      double kilobytes,
      double heapBeforeMb,
      double heapAfterMb,
      Map<String, String> kinds) {

    static String header() {
      return "| program | executors | cores | receivers | partitions | blocks a batch | driver CPU"
          + " ms a batch | of it heartbeats | allocated KiB | latency ms p50 | p99 |"
          + " messages | KiB | heap MiB at begin | at end |\n"
          + "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";
    }

    String row() {
      return "| %s | %,d | %,d | %,d | %,d | %,.0f | %.2f | %.2f | %,.0f | %.1f | %.1f | %,.0f | %,.0f | %.1f | %.1f |"
          .formatted(
              of.program().name().toLowerCase(Locale.ROOT),
              of.executors(),
              of.executors() * of.cores(),
              of.receivers(),
              of.partitions(),
              blocks,
              cpuMs,
              heartbeatCpuMs,
              allocatedKb,
              p50Ms,
              p99Ms,
              messages,
              kilobytes,
              heapBeforeMb,
              heapAfterMb);
    }
  }

  /**
   * Arguments: {@code --executors N --cores N [--receivers N] [--partitions N] [--program NAME]
   * [--batches N] [--warm-up N] [--hours N] [--kinds] [--conf KEY=VALUE]}. Without receivers,
   * partitions and program: a ladder up to that size. With hours: so many hours of batches, for
   * memory.
   */
  public static void main(String[] args) {
    run(Options.parse(args), System.out);
  }

  /** The options of the command line. */
  record Options(
      int executors,
      int cores,
      int receivers,
      int partitions,
      ScaleProgram program,
      int batches,
      int warmUp,
      double hours,
      boolean kinds) {
    static Options parse(String[] args) {
      int executors = 1_000;
      int cores = 8;
      int receivers = -1;
      int partitions = -1;
      ScaleProgram program = null;
      int batches = 40;
      int warmUp = 60;
      double hours = 0;
      boolean kinds = false;
      for (int i = 0; i < args.length; i++) {
        switch (args[i]) {
          case "--executors" -> executors = Integer.parseInt(args[++i]);
          case "--cores" -> cores = Integer.parseInt(args[++i]);
          case "--receivers" -> receivers = Integer.parseInt(args[++i]);
          case "--partitions" -> partitions = Integer.parseInt(args[++i]);
          case "--program" -> program = ScaleProgram.valueOf(args[++i].toUpperCase(Locale.ROOT));
          case "--batches" -> batches = Integer.parseInt(args[++i]);
          case "--warm-up" -> warmUp = Integer.parseInt(args[++i]);
          case "--hours" -> hours = Double.parseDouble(args[++i]);
          case "--conf" -> {
            String[] pair = args[++i].split("=", 2);
            given.put(pair[0], pair[1]);
          }
          case "--kinds" -> kinds = true;
          default -> throw new IllegalArgumentException("unknown argument " + args[i]);
        }
      }
      return new Options(
          executors, cores, receivers, partitions, program, batches, warmUp, hours, kinds);
    }

    List<Case> cases() {
      List<Case> cases = new ArrayList<>();
      int measured = hours > 0 ? (int) (hours * 3_600) : batches;
      if (receivers > 0 || partitions > 0 || program != null) {
        cases.add(
            new Case(
                program == null ? ScaleProgram.COUNT : program,
                executors,
                cores,
                receivers > 0 ? receivers : Math.max(1, executors / 10),
                partitions > 0 ? partitions : executors * cores,
                warmUp,
                measured));
        return cases;
      }
      if (hours > 0) {
        cases.add(
            new Case(
                ScaleProgram.STATE,
                executors,
                cores,
                Math.max(1, executors / 10),
                executors * cores,
                warmUp,
                measured));
        return cases;
      }
      for (int divisor : new int[] {100, 10, 1}) {
        int some = Math.max(1, executors / divisor);
        cases.add(
            new Case(
                ScaleProgram.COUNT,
                some,
                cores,
                Math.max(1, some / 10),
                some * cores,
                warmUp,
                batches));
      }
      int all = executors * cores;
      cases.add(new Case(ScaleProgram.COUNT, executors, cores, executors, all, warmUp, batches));
      cases.add(
          new Case(
              ScaleProgram.COUNT,
              executors,
              cores,
              Math.max(1, executors / 10),
              Math.max(1, all / 8),
              warmUp,
              batches));
      cases.add(
          new Case(
              ScaleProgram.STATE,
              executors,
              cores,
              Math.max(1, executors / 10),
              all,
              warmUp,
              batches));
      cases.add(
          new Case(
              ScaleProgram.WINDOW,
              executors,
              cores,
              Math.max(1, executors / 10),
              all,
              warmUp,
              batches));
      return cases;
    }
  }

  /** Runs what the options ask for and prints the table. */
  static void run(Options options, PrintStream out) {
    out.println(Measured.header());
    for (Case each : options.cases()) {
      Measured measured = measure(each);
      out.println(measured.row());
      if (options.kinds()) {
        measured.kinds().forEach((kind, counts) -> out.println("    " + kind + ": " + counts));
      }
    }
  }

  /** Runs it. */
  public static Measured measure(Case of) {
    Path folder;
    try {
      folder = Files.createTempDirectory("millrace-driver-scale");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    try {
      return measure(of, folder);
    } finally {
      delete(folder);
    }
  }

  private static Measured measure(Case of, Path folder) {
    VirtualWorld world = new VirtualWorld();
    SimulatedFleet fleet = new SimulatedFleet(world, of.cores(), TASK_NANOS);
    DriverEngine engine = new DriverEngine(environment(of, world, fleet, folder), () -> {});
    StreamingConf conf = new StreamingConf().setMaster("simulated").setAppName("driver-scale");
    Progress progress = new Progress(world, fleet, engine);
    StreamingContext streaming =
        of.program()
            .define(
                new BatchContext(conf, engine),
                of.receivers(),
                of.partitions(),
                folder.resolve("checkpoint").toString());
    streaming.start();
    progress.run(of.warmUp());
    Progress.Figures before = progress.figures();
    double heapBefore = heapMb();
    progress.run(of.batches());
    Progress.Figures after = progress.figures();
    double heapAfter = heapMb();
    double batches = of.batches();
    Histogram latency = progress.latencyMicros();
    Measured measured =
        new Measured(
            of,
            (after.blocks() - before.blocks()) / batches,
            (after.cpuNanos() - before.cpuNanos()) / 1e6 / batches,
            (after.heartbeatNanos() - before.heartbeatNanos()) / 1e6 / batches,
            (after.allocated() - before.allocated()) / 1024.0 / batches,
            latency.getValueAtPercentile(50) / 1e3,
            latency.getValueAtPercentile(99) / 1e3,
            (after.messages() - before.messages()) / batches,
            (after.bytes() - before.bytes()) / 1024.0 / batches,
            heapBefore,
            heapAfter,
            fleet.traffic().perKind(of.warmUp() + batches));
    streaming.stop(true, false);
    return measured;
  }

  /** How far the batches are. */
  private static final class Progress {
    private final VirtualWorld world;
    private final SimulatedFleet fleet;
    private final Histogram latencyMicros = new Histogram(3);
    private long committed;
    private long lastBatchMs;

    record Figures(
        long blocks,
        long cpuNanos,
        long heartbeatNanos,
        long allocated,
        long messages,
        long bytes) {}

    Progress(VirtualWorld world, SimulatedFleet fleet, DriverEngine engine) {
      this.world = world;
      this.fleet = fleet;
      world.onWorked(
          name -> {
            // The records of the log are written and flushed there.
            long decidedMs = name.equals("append") ? engine.durableState().lastDecidedMs() : 0;
            if (decidedMs > lastBatchMs) {
              lastBatchMs = decidedMs;
              committed++;
              latencyMicros.recordValue(Math.max(0, world.epochMicros() - decidedMs * 1_000));
            }
          });
    }

    /** Until so many batches more are committed. */
    void run(int batches) {
      latencyMicros.reset();
      long until = committed + batches;
      world.runUntil(() -> committed >= until);
    }

    Histogram latencyMicros() {
      return latencyMicros;
    }

    Figures figures() {
      Traffic traffic = fleet.traffic();
      return new Figures(
          fleet.blocks(),
          world.driverCpuNanos(),
          world.heartbeatCpuNanos(),
          world.driverAllocatedBytes(),
          traffic.messages(Way.FROM_DRIVER) + traffic.messages(Way.TO_DRIVER),
          traffic.bytes(Way.FROM_DRIVER) + traffic.bytes(Way.TO_DRIVER));
    }
  }

  private static DriverEnvironment environment(
      Case of, VirtualWorld world, SimulatedFleet fleet, Path folder) {
    RecordCodec codec = new RecordCodec(DriverScale.class.getClassLoader());
    Loop loop = world.driverLoop();
    return new DriverEnvironment(
        new DriverEnvironment.Ports(
            world,
            loop,
            world,
            fleet,
            new LocalDurableFiles(world, loop, world),
            (where, fault) -> world.fail(fault),
            world,
            new ProgramShipping(codec, "driver-scale"),
            new ResultRecords(codec),
            new FormatBridge(DriverScale.class.getClassLoader())),
        new DriverEnvironment.Identity(
            "driver-scale", "nobody", "simulated", 1, "driver", folder.resolve("log").toString()),
        Settings.resolve(
            given,
            Map.of(
                "millrace.executor.instances", Integer.toString(of.executors()),
                "millrace.executor.cores", Integer.toString(of.cores()),
                "millrace.app.name", "driver-scale")),
        (driverLoop, attempt, port) -> fleet);
  }

  private static double heapMb() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1048576.0;
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
