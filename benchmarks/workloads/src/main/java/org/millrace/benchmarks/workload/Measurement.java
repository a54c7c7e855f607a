package org.millrace.benchmarks.workload;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The measured span of this process: wall time, CPU of all threads (garbage collector and compiler
 * included), time of collections, peak of the heap in the span, peak of resident memory since the
 * process began (Linux). Thread-safe ({@code synchronized}: marks come from threads of an engine).
 */
public final class Measurement {
  /** Shares of a span whose throughput is told apart. */
  private static final int PARTS = 3;

  /** Of a part, that it may end early. */
  private static final double SLACK = 0.1;

  private record Mark(long nanos, long cpuNanos, long records) {}

  private final long startNanos = System.nanoTime();
  private final long startCpuNanos = cpuNanos();
  private final long startGcMillis = gcMillis();
  private final List<Mark> marks = new ArrayList<>();

  private Measurement() {
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      pool.resetPeakUsage();
    }
  }

  /** Begins a span now. */
  public static Measurement begin() {
    return new Measurement();
  }

  /** When it began, {@link System#nanoTime()}. */
  public long startNanos() {
    return startNanos;
  }

  /** CPU of the process since the span began. */
  public long cpuNanosSoFar() {
    return cpuNanos() - startCpuNanos;
  }

  /**
   * So many records of the span are done by now. From marks at the ends of batches, or now and
   * then, the report tells how even the span was.
   */
  public synchronized void mark(long records) {
    marks.add(new Mark(System.nanoTime() - startNanos, cpuNanosSoFar(), records));
  }

  /** Figures "part-least" and "part-most": records per CPU second of thirds of the span. */
  private synchronized void addParts(RunReport report, Mark end) {
    List<Mark> ends = new ArrayList<>();
    for (Mark mark : marks) {
      int next = ends.size() + 1;
      if (next < PARTS && mark.nanos() >= end.nanos() * (next - SLACK) / PARTS) {
        ends.add(mark);
      }
    }
    ends.add(end);
    if (ends.size() < PARTS) {
      return;
    }
    double least = Double.MAX_VALUE;
    double most = 0;
    Mark from = new Mark(0, 0, 0);
    for (Mark to : ends) {
      long cpuNanos = to.cpuNanos() - from.cpuNanos();
      if (cpuNanos <= 0) {
        return;
      }
      double each = (to.records() - from.records()) * 1e9 / cpuNanos;
      least = Math.min(least, each);
      most = Math.max(most, each);
      from = to;
    }
    report.figure("part-least", least).figure("part-most", most);
  }

  /**
   * Ends the span now.
   *
   * @param records processed in the span
   */
  public RunReport end(Engine engine, RunSpec spec, long records) {
    return end(engine, spec, records, System.nanoTime(), cpuNanosSoFar());
  }

  /**
   * Ends a span whose end lies at a moment that was noted, for example the end of its last batch.
   *
   * @param endNanos {@link System#nanoTime()} of the end
   * @param spanCpuNanos {@link #cpuNanosSoFar()} of the end
   */
  public RunReport end(
      Engine engine, RunSpec spec, long records, long endNanos, long spanCpuNanos) {
    long peakHeap = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        peakHeap += pool.getPeakUsage().getUsed();
      }
    }
    RunReport report =
        new RunReport(
            engine.name(),
            spec.scenario().title(),
            records,
            endNanos - startNanos,
            spanCpuNanos,
            peakHeap,
            peakResidentBytes(),
            gcMillis() - startGcMillis);
    addParts(report, new Mark(endNanos - startNanos, spanCpuNanos, records));
    if (spec.scenario() == Scenario.MEMORY) {
      report.figure("resident-mb", peakResidentBytes() / 1e6).figure("heap-mb", peakHeap / 1e6);
    }
    return report;
  }

  /** CPU of this process since it began. */
  public static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Since the start of the JVM. */
  public static double millisSinceJvmStart() {
    return System.currentTimeMillis()
        - (double) ManagementFactory.getRuntimeMXBean().getStartTime();
  }

  private static long gcMillis() {
    long millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      millis += Math.max(0, collector.getCollectionTime());
    }
    return millis;
  }

  /** VmHWM; 0 where there is no /proc. */
  private static long peakResidentBytes() {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmHWM:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
