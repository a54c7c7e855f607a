package org.millrace.benchmarks.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.millrace.benchmarks.workload.RunSpec;

/**
 * One run of an engine, as it stands in the file.
 *
 * @param round 1 and up
 * @param othersCores cores that other processes used meanwhile
 * @param isNoisy others used more than is fair, also when it was repeated
 * @param problem null when there is a report
 * @param report null with a problem
 */
record BenchRun(
    String row,
    String engine,
    int round,
    int intervalMs,
    int cores,
    double othersCores,
    boolean isNoisy,
    List<String> flags,
    String problem,
    boolean isUnsupported,
    JsonNode report) {

  static BenchRun of(
      Row row,
      EngineKind engine,
      int round,
      RunSpec spec,
      List<String> flags,
      EngineProcess.Outcome outcome,
      boolean isNoisy) {
    return new BenchRun(
        row.name(),
        engine.toString(),
        round,
        spec.intervalMs(),
        spec.cores(),
        outcome.othersCores(),
        isNoisy,
        flags,
        outcome.problem(),
        outcome.isUnsupported(),
        outcome.report());
  }

  /** A run whose process could not be started or followed. */
  static BenchRun notStarted(Row row, EngineKind engine, int round, String problem) {
    return new BenchRun(
        row.name(),
        engine.toString(),
        round,
        row.intervalMs(),
        0,
        0,
        false,
        List.of(),
        problem,
        false,
        null);
  }

  BenchRun withProblem(String what) {
    return new BenchRun(
        row, engine, round, intervalMs, cores, othersCores, isNoisy, flags, what, false, null);
  }

  /** Records per second of CPU. */
  double perCpuSecond() {
    return report.get("records").asLong() * 1e9 / Math.max(1, report.get("cpuNanos").asLong());
  }

  /** Records per second. */
  double perSecond() {
    return report.get("records").asLong() * 1e9 / Math.max(1, report.get("wallNanos").asLong());
  }

  double cpuSeconds() {
    return report.get("cpuNanos").asLong() / 1e9;
  }

  /** A named figure; NaN when there is none. */
  double figure(String name) {
    if (name.equals("records-per-cpu-second")) {
      return perCpuSecond();
    }
    return report.get("figures").path(name).asDouble(Double.NaN);
  }

  ObjectNode toJson(ObjectMapper json) {
    ObjectNode node = json.createObjectNode();
    node.put("row", row)
        .put("engine", engine)
        .put("round", round)
        .put("intervalMs", intervalMs)
        .put("cores", cores)
        .put("othersCores", othersCores)
        .put("isNoisy", isNoisy)
        .put("problem", problem)
        .put("isUnsupported", isUnsupported)
        .set("report", report);
    flags.forEach(node.putArray("flags")::add);
    return node;
  }

  static BenchRun fromJson(JsonNode node) {
    JsonNode report = node.get("report");
    JsonNode problem = node.get("problem");
    List<String> flags = new ArrayList<>();
    node.get("flags").forEach(flag -> flags.add(flag.asText()));
    return new BenchRun(
        node.get("row").asText(),
        node.get("engine").asText(),
        node.get("round").asInt(),
        node.get("intervalMs").asInt(),
        node.get("cores").asInt(),
        node.get("othersCores").asDouble(),
        node.get("isNoisy").asBoolean(),
        flags,
        problem.isNull() ? null : problem.asText(),
        node.get("isUnsupported").asBoolean(),
        report.isNull() ? null : report);
  }
}
