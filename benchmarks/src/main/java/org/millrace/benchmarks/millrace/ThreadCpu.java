package org.millrace.benchmarks.millrace;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** On which threads CPU is spent; those of the collector and the compiler are not in it. */
final class ThreadCpu {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final double SHOWN_MICROS = 5;

  private final Map<Long, Long> before = nanos();

  private ThreadCpu() {}

  static ThreadCpu begin() {
    return new ThreadCpu();
  }

  /** Microseconds a batch by name of the thread, numbers in it left out: those above a few. */
  String perBatch(int batches) {
    Map<String, Double> micros = new TreeMap<>();
    nanos()
        .forEach(
            (id, nanos) -> {
              ThreadInfo thread = THREADS.getThreadInfo(id);
              if (thread != null) {
                double spent = (nanos - before.getOrDefault(id, 0L)) / 1e3 / batches;
                micros.merge(thread.getThreadName().replaceAll("[0-9]+", "n"), spent, Double::sum);
              }
            });
    return micros.entrySet().stream()
        .filter(thread -> thread.getValue() >= SHOWN_MICROS)
        .map(thread -> String.format(Locale.ROOT, "%s %.0f us", thread.getKey(), thread.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static Map<Long, Long> nanos() {
    Map<Long, Long> nanos = new HashMap<>();
    for (long id : THREADS.getAllThreadIds()) {
      long spent = THREADS.getThreadCpuTime(id);
      if (spent >= 0) {
        nanos.put(id, spent);
      }
    }
    return nanos;
  }
}
