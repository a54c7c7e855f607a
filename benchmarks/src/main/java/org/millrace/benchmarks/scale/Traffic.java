package org.millrace.benchmarks.scale;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.runner.wire.proto.Envelope.MessageCase;

/** Frames between the driver and its executors. Not thread-safe. */
final class Traffic {
  private static final int KINDS =
      1 + Arrays.stream(MessageCase.values()).mapToInt(MessageCase::getNumber).max().orElse(0);

  private final long[] messages = new long[2 * KINDS];
  private final long[] bytes = new long[2 * KINDS];

  /** Which way a frame goes. */
  enum Way {
    FROM_DRIVER,
    TO_DRIVER
  }

  void count(Way way, MessageCase kind, int frameBytes) {
    int index = way.ordinal() * KINDS + kind.getNumber();
    messages[index]++;
    bytes[index] += frameBytes;
  }

  long messages(Way way) {
    return sum(messages, way);
  }

  long bytes(Way way) {
    return sum(bytes, way);
  }

  private static long sum(long[] counts, Way way) {
    long sum = 0;
    for (int i = 0; i < KINDS; i++) {
      sum += counts[way.ordinal() * KINDS + i];
    }
    return sum;
  }

  /** Messages and bytes of each kind, divided by this. */
  Map<String, String> perKind(double divisor) {
    Map<String, String> kinds = new TreeMap<>();
    for (Way way : Way.values()) {
      for (MessageCase kind : MessageCase.values()) {
        int index = way.ordinal() * KINDS + kind.getNumber();
        if (messages[index] > 0) {
          kinds.put(
              way + " " + kind,
              "%,.1f messages, %,.0f bytes"
                  .formatted(messages[index] / divisor, bytes[index] / divisor));
        }
      }
    }
    return kinds;
  }
}
