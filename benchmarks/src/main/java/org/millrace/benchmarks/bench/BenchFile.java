package org.millrace.benchmarks.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs as JSON: {@code {"command": "...", "machine": "...", "java": "...", "commit": "...", "date":
 * "...", "runs": [...]}}.
 *
 * @param command that made it
 * @param machine processors and memory
 * @param java version of the JVM
 * @param commit what was run, with a word when files differ from it
 * @param date when it was written
 */
record BenchFile(
    String command, String machine, String java, String commit, String date, List<BenchRun> runs) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What this machine ran. */
  static BenchFile here(String command, Path checkout, List<BenchRun> runs)
      throws IOException, InterruptedException {
    return new BenchFile(
        command,
        thisMachine(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        commitOf(checkout),
        Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
        runs);
  }

  private static String commitOf(Path checkout) throws IOException, InterruptedException {
    Process git =
        new ProcessBuilder("git", "-C", checkout.toString(), "describe", "--always", "--dirty")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return git.waitFor() == 0 ? commit : "unknown, not a checkout of git";
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
    node.put("commit", commit).put("date", date);
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
        node.path("commit").asText(),
        node.path("date").asText(),
        runs);
  }
}
