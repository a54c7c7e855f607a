package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LabExtension;

/**
 * One pass over everything: submit, count, lose an executor, refuse a stranger, drain, stop, kill.
 */
@Tag("lab")
@ExtendWith(LabExtension.class)
class WordCountOnYarnTest {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final String LINE = "the quick brown fox jumps over the lazy dog the end";

  @TempDir Path outputs;

  @Test
  void countsEveryWordOfFilesAndSocketThroughAKilledExecutor(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);
    try (FileSystem hdfs = FileSystem.newInstance(configuration(lab));
        LineServer server = new LineServer()) {
      org.apache.hadoop.fs.Path root =
          new org.apache.hadoop.fs.Path("/word-count-" + server.port());
      org.apache.hadoop.fs.Path in = new org.apache.hadoop.fs.Path(root, "in");
      hdfs.mkdirs(in);
      Map<String, Integer> expected = new TreeMap<>();
      String application =
          millrace
              .run(
                  submit(
                      millrace,
                      "org.millrace.examples.SocketAndFilesWordCount",
                      "localhost",
                      Integer.toString(server.port()),
                      in.toString(),
                      root + "/out/batch"))
              .application();
      ApplicationPage page = new ApplicationPage(lab, application);
      page.await("the first batch", LONG, () -> page.total("completedBatches") > 0);
      // Batches start without an executor that is late.
      page.await("both executors", LONG, () -> page.executors().size() == 2);
      assertThatExecutorsUseTheClassDataArchive(lab, application);

      feed(server, hdfs, in, 0, expected);
      String receiver = page.receiversExecutor();
      String victim =
          page.executorsNow().stream()
              .filter(container -> !container.equals(receiver))
              .findFirst()
              .orElseThrow();
      container(lab, victim).kill();
      feed(server, hdfs, in, 1, expected);
      page.await("the loss is seen", LONG, () -> page.total("lostExecutors") == 1);
      page.await("a new executor", LONG, () -> page.executors().size() == 2);
      feed(server, hdfs, in, 2, expected);

      knockAsAStranger(lab, application);
      page.await("the stranger is counted", LONG, () -> page.total("refusedConnections") > 0);
      page.await(
          "all lines of the socket and of files are counted",
          LONG,
          () -> page.total("records") >= expected.get("quick"));

      String stopped = millrace.run("stop", application).output();
      assertThat(stopped).contains("SUCCEEDED");
      assertThat(counted(hdfs, new org.apache.hadoop.fs.Path(root, "out"))).isEqualTo(expected);
      awaitNoContainer(lab, page, application);
    }
  }

  @Test
  void leavesNoProcessBehindWhenItIsKilled(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);
    try (LineServer server = new LineServer()) {
      String application =
          millrace
              .run(
                  submit(
                      millrace,
                      "org.millrace.examples.NetworkWordCount",
                      "localhost",
                      Integer.toString(server.port())))
              .application();
      ApplicationPage page = new ApplicationPage(lab, application);
      page.await("the first batch", LONG, () -> page.total("completedBatches") > 0);

      lab.expectError(Lab.MASTER_KILLED);
      millrace.run("kill", application);

      awaitNoContainer(lab, page, application);
      assertThat(millrace.run("status", application).output()).contains("KILLED");
    }
  }

  @Test
  void saysWhatIsWrongInOneLine(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);

    assertOneLine(
        millrace.tryTo("submit", "--class", "no.such.Program", millrace.examples().toString()),
        2,
        "no.such.Program");
    assertOneLine(millrace.tryTo("submit", "--class", "a.B", "missing.jar"), 2, "missing.jar");
    assertOneLine(
        millrace.tryTo(
            "submit",
            "--queue",
            "nowhere",
            "--class",
            "org.millrace.examples.QueueStream",
            millrace.examples().toString()),
        1,
        "nowhere");
    assertOneLine(
        millrace.tryTo(
            "submit",
            "--executor-memory",
            "100g",
            "--class",
            "org.millrace.examples.QueueStream",
            millrace.examples().toString()),
        1,
        "--executor-memory");
    assertOneLine(
        millrace.tryTo(
            "submit",
            "--conf",
            "millrace.blokInterval=1s",
            "--class",
            "org.millrace.examples.QueueStream",
            millrace.examples().toString()),
        2,
        "millrace.blockInterval");
  }

  private static void awaitNoContainer(Lab lab, ApplicationPage page, String application) {
    String part = application.substring("application".length());
    page.await(
        "no container lives",
        LONG,
        () -> lab.containers().stream().noneMatch(one -> one.containerId().contains(part)));
  }

  private static void assertOneLine(Installation.Result result, int exitCode, String named) {
    assertThat(result.exitCode()).as(result.output()).isEqualTo(exitCode);
    assertThat(result.output()).contains(named).doesNotContain("\tat ");
  }

  private static String[] submit(Installation millrace, String program, String... arguments) {
    return Installation.submission(program, millrace.examples(), arguments);
  }

  /** Twenty files and two thousand lines. */
  private static void feed(
      LineServer server,
      FileSystem hdfs,
      org.apache.hadoop.fs.Path in,
      int round,
      Map<String, Integer> expected)
      throws Exception {
    for (int file = 0; file < 20; file++) {
      org.apache.hadoop.fs.Path hidden =
          new org.apache.hadoop.fs.Path(in, "_" + round + "-" + file);
      try (OutputStream out = hdfs.create(hidden)) {
        out.write((LINE + "\n").repeat(100).getBytes(StandardCharsets.UTF_8));
      }
      assertThat(hdfs.rename(hidden, new org.apache.hadoop.fs.Path(in, "f" + round + "-" + file)))
          .isTrue();
      for (int line = 0; line < 100; line++) {
        server.send(LINE);
      }
    }
    for (String word : LINE.split(" ")) {
      expected.merge(word, 2 * 20 * 100, Integer::sum);
    }
  }

  private static Map<String, Integer> counted(FileSystem hdfs, org.apache.hadoop.fs.Path out)
      throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    for (FileStatus batch : hdfs.listStatus(out)) {
      if (batch.getPath().getName().startsWith(".")) {
        continue;
      }
      assertThat(hdfs.exists(new org.apache.hadoop.fs.Path(batch.getPath(), "_SUCCESS"))).isTrue();
      for (FileStatus part : hdfs.listStatus(batch.getPath())) {
        String text;
        try (var input = hdfs.open(part.getPath())) {
          text = new String(input.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (String line : text.lines().toList()) {
          int comma = line.lastIndexOf(',');
          counts.merge(
              line.substring(1, comma),
              Integer.parseInt(line.substring(comma + 1, line.length() - 1)),
              Integer::sum);
        }
      }
    }
    return counts;
  }

  /** Connects to the driver's port with bytes of no meaning. */
  private static void knockAsAStranger(Lab lab, String application) throws Exception {
    String driver = "";
    for (LabContainer container : lab.containers()) {
      if (container.containerId().contains(application.substring("application".length()))) {
        String environment = Files.readString(Path.of("/proc/" + container.pid() + "/environ"));
        for (String variable : environment.split("\0")) {
          if (variable.startsWith("MILLRACE_DRIVER=")) {
            driver = variable;
          }
        }
      }
    }
    assertThat(driver).as("an executor's address of its driver").isNotEmpty();
    int port = Integer.parseInt(driver.substring(driver.lastIndexOf(':') + 1));
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port)) {
      stranger.setSoTimeout((int) LONG.toMillis());
      stranger.getOutputStream().write(new byte[512]);
      assertThat(stranger.getInputStream().read()).as("what a stranger gets").isEqualTo(-1);
    }
  }

  /** The archive's file is mapped into the process only when the virtual machine uses it. */
  private static void assertThatExecutorsUseTheClassDataArchive(Lab lab, String application)
      throws Exception {
    String part = application.substring("application".length());
    int processes = 0;
    for (LabContainer container : lab.containers()) {
      if (container.containerId().contains(part)) {
        String maps = Files.readString(Path.of("/proc/" + container.pid() + "/maps"));
        assertThat(maps).as("memory maps of %s", container).contains("app.jsa");
        processes++;
      }
    }
    assertThat(processes).isEqualTo(3);
  }

  private static LabContainer container(Lab lab, String id) {
    return lab.containers().stream()
        .filter(container -> container.containerId().equals(id))
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
