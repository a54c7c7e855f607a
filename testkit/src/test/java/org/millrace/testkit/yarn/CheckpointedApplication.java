package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LabProcess;
import org.millrace.testkit.source.NumberedLinesReceiver;

/**
 * A program with a checkpoint directory that was submitted to a lab: {@code Program.main(checkpoint
 * directory, input, prefix of outputs)} writes how often it saw each numbered line.
 */
final class CheckpointedApplication implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final String MASTER = "ApplicationMasterMain";

  private static final Map<String, String> USUAL =
      Map.of(
          "millrace.executor.instances", "2",
          "millrace.executor.memory", "512m",
          // The machine may have other things to do.
          "millrace.driver.adoptionTimeout", "60s",
          "millrace.executor.heartbeatTimeout", "30s");

  private final Lab lab;
  private final Installation millrace;
  private final FileSystem hdfs;
  private final Path root;
  private final String id;
  private final ApplicationPage page;

  /**
   * Submits it, with two executors if the settings do not say otherwise.
   *
   * @param input its second argument; empty for {@link #input}
   */
  CheckpointedApplication(
      Lab lab,
      java.nio.file.Path outputs,
      Class<?> program,
      String input,
      Map<String, String> settings)
      throws Exception {
    this.lab = lab;
    this.millrace = new Installation(lab, outputs);
    this.hdfs = FileSystem.newInstance(configuration(lab));
    this.root = new Path("/" + program.getSimpleName() + "-" + System.nanoTime());
    hdfs.mkdirs(new Path(root, "in"));
    List<String> words =
        new ArrayList<>(
            List.of("submit", "--detach", "--class", program.getName(), "--driver-memory", "512m"));
    Map<String, String> given = new TreeMap<>(USUAL);
    given.putAll(settings);
    given.forEach((name, value) -> words.addAll(List.of("--conf", name + "=" + value)));
    words.addAll(
        List.of(
            jar(program, outputs.resolve("program.jar")).toString(),
            root + "/checkpoint",
            input.isEmpty() ? input().toString() : input,
            root + "/out/batch"));
    this.id = millrace.run(words.toArray(String[]::new)).application();
    this.page = new ApplicationPage(lab, id);
  }

  private static Configuration configuration(Lab lab) {
    Configuration configuration = new Configuration();
    for (String name : new String[] {"core-site.xml", "hdfs-site.xml"}) {
      configuration.addResource(new Path(lab.configurationDirectory().resolve(name).toUri()));
    }
    return configuration;
  }

  /** The program and the reliable receiver, in a jar of their own. */
  private static java.nio.file.Path jar(Class<?> program, java.nio.file.Path jar)
      throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (Class<?> each : List.of(program, NumberedLinesReceiver.class)) {
        String name = each.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(name));
        try (var code = each.getClassLoader().getResourceAsStream(name)) {
          code.transferTo(out);
        }
      }
    }
    return jar;
  }

  ApplicationPage page() {
    return page;
  }

  FileSystem hdfs() {
    return hdfs;
  }

  /** A file or directory in its checkpoint directory. */
  Path checkpoint(String name) {
    return new Path(root, "checkpoint/" + name);
  }

  /** The input directory of a program that reads files. */
  Path input() {
    return new Path(root, "in");
  }

  /** Asks until the condition holds. */
  void await(String what, Supplier<Boolean> condition) {
    page.await(what, LONG, condition);
  }

  /** The process of the driver that was started last. */
  LabContainer master() {
    return containers().stream()
        .filter(
            container -> container.commandLine().stream().anyMatch(word -> word.endsWith(MASTER)))
        .max(Comparator.comparing(LabContainer::containerId))
        .orElseThrow();
  }

  LabContainer container(String name) {
    return containers().stream()
        .filter(container -> container.containerId().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Containers of executors that have written snapshots of keyed state, if they live. */
  Set<String> holdersOfState() throws IOException {
    Set<String> holders = new TreeSet<>();
    for (FileStatus folder : hdfs.listStatus(checkpoint("state"))) {
      // e000001-000002 is of executor 2 under the driver of epoch 1.
      String name = folder.getPath().getName();
      if (folder.isDirectory() && hdfs.getContentSummary(folder.getPath()).getFileCount() > 0) {
        holders.addAll(page.executor(Long.parseLong(name.substring(name.indexOf('-') + 1))));
      }
    }
    return holders;
  }

  /** Process ids of the executors, by container. */
  Map<String, Long> executors() {
    Map<String, Long> executors =
        containers().stream()
            .collect(
                Collectors.toMap(
                    LabContainer::containerId,
                    LabContainer::pid,
                    (one, other) -> one,
                    TreeMap::new));
    executors.remove(master().containerId());
    return executors;
  }

  private List<LabContainer> containers() {
    String part = id.substring("application".length());
    return lab.containers().stream()
        .filter(container -> container.containerId().contains(part))
        .toList();
  }

  /** The NodeManager that started this process. */
  LabProcess nodeManager(LabContainer container) {
    String port = container.environment("NM_PORT").orElseThrow();
    return lab.processes().stream()
        .filter(process -> process.name().startsWith("nm"))
        .filter(process -> Integer.toString(process.port()).equals(port))
        .findFirst()
        .orElseThrow();
  }

  /** All lines of the numbers below this are in the outputs, once, and no others are. */
  void awaitEachLineOnce(int lines) throws IOException {
    Path out = new Path(root, "out");
    await(
        "all lines are counted",
        () -> {
          try {
            return NumberedFiles.counted(hdfs, out).size() >= lines;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    Map<Integer, Integer> counted = NumberedFiles.counted(hdfs, out);
    assertThat(counted).hasSize(lines);
    assertThat(counted.values()).as("how often each line is in the outputs").containsOnly(1);
  }

  /** The longest time without output since a moment. */
  long longestGapMs(long sinceMs) throws IOException {
    return NumberedFiles.longestGapMs(hdfs, new Path(root, "out"), sinceMs);
  }

  /** Stops it in the orderly way. */
  void stop() throws Exception {
    assertThat(millrace.run("stop", id).output()).contains("SUCCEEDED");
  }

  @Override
  public void close() throws IOException {
    hdfs.close();
  }
}
