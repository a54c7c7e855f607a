package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LabExtension;

/** The driver dies, or is replaced while it hangs: executors go on under the next one. */
@Tag("returns")
@ExtendWith(LabExtension.class)
class DriverReturnsTest {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final String MASTER = "ApplicationMasterMain";

  @TempDir Path outputs;

  @Test
  void executorsGoOnUnderTheNextDriverAndEachLineIsCountedOnce(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);
    try (FileSystem hdfs = FileSystem.newInstance(configuration(lab))) {
      org.apache.hadoop.fs.Path root = root("driver-returns");
      org.apache.hadoop.fs.Path in = new org.apache.hadoop.fs.Path(root, "in");
      hdfs.mkdirs(in);
      String application = submit(millrace, root);
      ApplicationPage page = new ApplicationPage(lab, application);
      // Files that are there before the start are none of the stream's.
      page.await("the first batch", LONG, () -> page.total("completedBatches") >= 1);
      try (NumberedFiles feed = new NumberedFiles(hdfs, in)) {
        page.await("some batches", LONG, () -> page.total("completedBatches") >= 5);
        Map<String, Long> before = processes(lab, application);
        assertThat(before).hasSize(3);
        LabContainer master = master(lab, application);

        lab.expectError(Lab.MASTER_KILLED);
        master.kill();

        page.await(
            "batches under the next driver",
            LONG,
            () -> page.total("epoch") == 2 && page.total("completedBatches") >= 3);
        Map<String, Long> after = processes(lab, application);
        before.remove(master.containerId());
        assertThat(after).as("the executors are the same processes").containsAllEntriesOf(before);
        assertThat(page.executors()).containsExactlyInAnyOrderElementsOf(before.keySet());
        assertThat(page.total("lostExecutors")).isZero();
        awaitAllCounted(page, hdfs, root, feed.stop());
      }
      assertThat(millrace.run("stop", application).output()).contains("SUCCEEDED");
      System.out.printf(
          "the driver was killed: %d ms without output%n",
          NumberedFiles.longestGapMs(hdfs, new org.apache.hadoop.fs.Path(root, "out")));
    }
  }

  /** All lines are there once, and stay so. */
  private static void awaitAllCounted(
      ApplicationPage page, FileSystem hdfs, org.apache.hadoop.fs.Path root, int lines)
      throws Exception {
    org.apache.hadoop.fs.Path out = new org.apache.hadoop.fs.Path(root, "out");
    page.await(
        "all lines are counted",
        LONG,
        () -> {
          try {
            return NumberedFiles.counted(hdfs, out).size() >= lines;
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    Map<Integer, Integer> counted = NumberedFiles.counted(hdfs, out);
    assertThat(counted).hasSize(lines);
    assertThat(counted.values()).as("how often each line is in the outputs").containsOnly(1);
  }

  private static org.apache.hadoop.fs.Path root(String name) {
    return new org.apache.hadoop.fs.Path("/" + name + "-" + ProcessHandle.current().pid());
  }

  private String submit(Installation millrace, org.apache.hadoop.fs.Path root) throws Exception {
    return millrace
        .run(
            "submit",
            "--detach",
            "--class",
            CheckpointedCount.class.getName(),
            "--num-executors",
            "2",
            "--executor-memory",
            "512m",
            "--driver-memory",
            "512m",
            jar().toString(),
            root + "/checkpoint",
            root + "/in",
            root + "/out/batch")
        .application();
  }

  /** The program, in a jar of its own. */
  private Path jar() throws Exception {
    String name = CheckpointedCount.class.getName().replace('.', '/') + ".class";
    Path jar = outputs.resolve("program.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        var code = CheckpointedCount.class.getClassLoader().getResourceAsStream(name)) {
      out.putNextEntry(new JarEntry(name));
      code.transferTo(out);
      out.closeEntry();
    }
    return jar;
  }

  private static List<LabContainer> containers(Lab lab, String application) {
    String part = application.substring("application".length());
    return lab.containers().stream()
        .filter(container -> container.containerId().contains(part))
        .toList();
  }

  private static Map<String, Long> processes(Lab lab, String application) {
    return containers(lab, application).stream()
        .collect(
            Collectors.toMap(
                LabContainer::containerId, LabContainer::pid, (one, other) -> one, TreeMap::new));
  }

  private static LabContainer master(Lab lab, String application) {
    return containers(lab, application).stream()
        .filter(
            container -> container.commandLine().stream().anyMatch(word -> word.endsWith(MASTER)))
        .findFirst()
        .orElseThrow();
  }

  private static Configuration configuration(Lab lab) {
    Configuration configuration = new Configuration();
    for (String name : new String[] {"core-site.xml", "hdfs-site.xml"}) {
      configuration.addResource(
          new org.apache.hadoop.fs.Path(lab.configurationDirectory().resolve(name).toUri()));
    }
    return configuration;
  }
}
