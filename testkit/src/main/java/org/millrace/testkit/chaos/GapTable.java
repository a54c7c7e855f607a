package org.millrace.testkit.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Gaps in the output by kind of fault. A gap of several faults at once counts for each of them. */
final class GapTable {
  private final Map<FaultKind, List<Long>> alone = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, List<Long>> together = new EnumMap<>(FaultKind.class);

  void add(List<FaultKind> faults, long gapMs) {
    Map<FaultKind, List<Long>> into = faults.size() == 1 ? alone : together;
    faults.forEach(kind -> into.computeIfAbsent(kind, none -> new ArrayList<>()).add(gapMs));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%-22s %6s %9s %9s   %s",
            "fault",
            "count",
            "median",
            "worst",
            "with others at once (count, worst)"));
    for (FaultKind kind : FaultKind.values()) {
      List<Long> own = alone.getOrDefault(kind, List.of()).stream().sorted().toList();
      List<Long> others = together.getOrDefault(kind, List.of()).stream().sorted().toList();
      if (own.isEmpty() && others.isEmpty()) {
        continue;
      }
      lines.add(
          String.format(
              Locale.ROOT,
              "%-22s %6d %9s %9s   %s",
              kind,
              own.size(),
              own.isEmpty() ? "" : seconds(own.get((own.size() - 1) / 2)),
              own.isEmpty() ? "" : seconds(own.get(own.size() - 1)),
              others.isEmpty()
                  ? ""
                  : others.size() + ", " + seconds(others.get(others.size() - 1))));
    }
    return lines;
  }

  static String seconds(long ms) {
    return String.format(Locale.ROOT, "%.1f s", ms / 1e3);
  }
}
