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

/**
 * The measured span of this process: wall time, CPU of all threads (garbage collector and compiler
 * included), time of collections, peak of the heap in the span, peak of resident memory since the
 * process began (Linux). Thread-safe.
 */
public final class Measurement {
  private final long startNanos = System.nanoTime();
  private final long startCpuNanos = cpuNanos();
  private final long startGcMillis = gcMillis();

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
