package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** CPU that the machine used, and of it a process; zero where there is no /proc. */
final class CpuClock {
  private static final Path MACHINE = Path.of("/proc/stat");
  private static final double TICKS_A_SECOND = 100;

  private CpuClock() {}

  /** Seconds of all processors that were not idle. */
  static double machineSeconds() throws IOException {
    if (!Files.exists(MACHINE)) {
      return 0;
    }
    String[] fields = Files.readAllLines(MACHINE).get(0).trim().split("\\s+");
    // cpu user nice system idle iowait irq softirq steal ...; guests are in user.
    long busy = 0;
    for (int i = 1; i < Math.min(fields.length, 8); i++) {
      busy += i == 4 || i == 5 ? 0 : Long.parseLong(fields[i]);
    }
    return busy / TICKS_A_SECOND;
  }

  /** Seconds of a process that lives. */
  static double seconds(ProcessHandle process) {
    return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L) / 1e9;
  }
}
