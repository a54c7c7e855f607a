package org.millrace.benchmarks.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs as JSON: {@code {"command": "...", "machine": "...", "java": "...", "runs": [...]}}.
 *
 * @param command that made it
 * @param machine processors and memory
 * @param java version of the JVM
 */
record BenchFile(String command, String machine, String java, List<BenchRun> runs) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What this machine ran. */
  static BenchFile here(String command, List<BenchRun> runs) throws IOException {
    return new BenchFile(command, thisMachine(), System.getProperty("java.runtime.version"), runs);
  }

  private static String thisMachine() throws IOException {
    String machine =
        Runtime.getRuntime().availableProcessors()
            + " processors, "
            + System.getProperty("os.arch");
    Path info = Path.of("/proc/cpuinfo");
    Path memory = Path.of("/proc/meminfo");
    if (Files.exists(info) && Files.exists(memory)) {
      String model =
          Files.readAllLines(info).stream()
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse("");
      long kilobytes = Long.parseLong(Files.readAllLines(memory).get(0).replaceAll("[^0-9]", ""));
      machine += ", " + model + ", " + (kilobytes >> 20) + " GiB";
    }
    return machine;
  }

  void write(Path file) throws IOException {
    ObjectNode node = JSON.createObjectNode();
    node.put("command", command).put("machine", machine).put("java", java);
    ArrayNode array = node.putArray("runs");
    runs.forEach(run -> array.add(run.toJson(JSON)));
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n");
  }

  static BenchFile read(Path file) throws IOException {
    JsonNode node = JSON.readTree(Files.readString(file));
    List<BenchRun> runs = new ArrayList<>();
    node.get("runs").forEach(run -> runs.add(BenchRun.fromJson(run)));
    return new BenchFile(
        node.get("command").asText(),
        node.get("machine").asText(),
        node.get("java").asText(),
        runs);
  }
}
