package org.millrace.testkit.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What {@code lab status} shows. */
final class StatusTable {
  private static final List<String> HEAD =
      List.of("PROCESS", "WHAT", "PID", "STATE", "UP", "MB", "PORTS", "WEB");

  private final List<List<String>> rows = new ArrayList<>();

  StatusTable(Lab lab, Instant now) {
    rows.add(HEAD);
    for (LabProcess process : lab.processes()) {
      boolean dead = process.state() == LabProcess.State.DEAD;
      rows.add(
          List.of(
              process.name(),
              process.title(),
              dead ? "-" : Long.toString(process.pid().orElse(-1)),
              process.state().name().toLowerCase(Locale.ROOT),
              process.started().map(start -> upTime(Duration.between(start, now))).orElse("-"),
              dead ? "-" : megabytes(process),
              process.ports().stream().map(String::valueOf).collect(Collectors.joining(",")),
              process.webAddress().toString()));
    }
  }

  private static String megabytes(LabProcess process) {
    return process.residentKiB().isPresent()
        ? Long.toString(process.residentKiB().getAsLong() / 1024)
        : "-";
  }

  static String upTime(Duration time) {
    if (time.toHours() > 0) {
      return time.toHours() + "h" + time.toMinutesPart() + "m";
    }
    return time.toMinutes() > 0
        ? time.toMinutes() + "m" + time.toSecondsPart() + "s"
        : Math.max(0, time.toSeconds()) + "s";
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(row.get(column));
        if (column < row.size() - 1) {
          line.append(" ".repeat(width(column) + 2 - row.get(column).length()));
        }
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
