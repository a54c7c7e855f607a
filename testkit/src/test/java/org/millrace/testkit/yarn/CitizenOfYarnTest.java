package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LabExtension;

/** What a cluster's administrator and owner decide: nodes, users, the Java of the nodes. */
@Tag("lab")
@ExtendWith(LabExtension.class)
class CitizenOfYarnTest {
  private static final Duration LONG = Duration.ofSeconds(120);

  @TempDir private Path outputs;

  @Test
  void runsOnNodesWithTheLabelAndStopsOnlyForThoseWhoMayStopIt(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);
    String node = "localhost:" + lab.nodeManager(2).port();
    millrace.administrate("-addToClusterNodeLabels", "fast(exclusive=false)");
    millrace.administrate("-replaceLabelsOnNode", node + "=fast");
    try {
      String application =
          millrace
              .run(
                  submit(
                      millrace,
                      "--detach",
                      "--node-label",
                      "fast",
                      "--conf",
                      "millrace.yarn.modifyAcl=carol"))
              .application();
      ApplicationPage page = new ApplicationPage(lab, application);
      page.await("the first batch", LONG, () -> page.total("completedBatches") > 0);
      // Batches start without one that is late.
      page.await("both executors", LONG, () -> page.executors().size() == 2);
      assertThat(nodesOf(lab, application))
          .hasSize(3)
          .containsOnly(Integer.toString(lab.nodeManager(2).port()));

      Installation.Result refused = as(lab, "bob").tryTo("stop", application);
      assertThat(refused.exitCode()).as(refused.output()).isEqualTo(1);
      assertThat(refused.output())
          .contains("by bob: it belongs to " + System.getProperty("user.name"))
          .contains("millrace.yarn.modifyAcl")
          .doesNotContain("\tat ");
      page.await("it still runs", LONG, () -> page.status().isPresent());

      assertThat(as(lab, "carol").run("stop", application).output()).contains("SUCCEEDED");
    } finally {
      millrace.administrate("-replaceLabelsOnNode", node + "=");
    }
  }

  @Test
  void aLabelThatTheClusterDoesNotHaveIsToldInOneLine(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);

    Installation.Result result =
        millrace.tryTo(submit(millrace, "--detach", "--node-label", "nowhere"));

    assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
    assertThat(result.output()).contains("nowhere").doesNotContain("\tat ");
  }

  @Test
  void aNodeWithoutTheJavaThatWasAskedForIsToldInOneLine(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);

    Installation.Result result = millrace.tryTo(submit(millrace, "--java-home", "/no/such/java"));

    assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
    assertThat(lastLine(result)).contains("FAILED").contains("/no/such/java/bin/java");
    assertThat(result.output()).doesNotContain("\tat ");
  }

  @Test
  void aNodeWithAnOlderJavaIsToldInOneLine(Lab lab, @TempDir Path old) throws Exception {
    Installation millrace = new Installation(lab, outputs);
    OlderJava.makeHome(old);

    Installation.Result result = millrace.tryTo(submit(millrace, "--java-home", old.toString()));

    assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
    assertThat(lastLine(result))
        .contains("FAILED")
        .contains("Millrace needs Java 17 or later on every node, but")
        .contains("is Java 11; submit with --java-home DIR");
    assertThat(result.output()).doesNotContain("\tat ");
  }

  private Installation as(Lab lab, String user) {
    return new Installation(lab, outputs, Map.of("HADOOP_USER_NAME", user), List.of());
  }

  private static String lastLine(Installation.Result result) {
    List<String> lines = result.output().lines().filter(line -> !line.isBlank()).toList();
    return lines.get(lines.size() - 1);
  }

  private static List<String> nodesOf(Lab lab, String application) {
    String part = application.substring("application".length());
    return lab.containers().stream()
        .filter(container -> container.containerId().contains(part))
        .map(CitizenOfYarnTest::nodePort)
        .toList();
  }

  private static String nodePort(LabContainer container) {
    return container.environment("NM_PORT").orElseThrow();
  }

  private static String[] submit(Installation millrace, String... options) {
    List<String> all = new ArrayList<>(List.of("submit"));
    all.addAll(List.of(options));
    all.addAll(Installation.PATIENT);
    all.addAll(
        List.of(
            "--class",
            "org.millrace.examples.QueueStream",
            "--num-executors",
            "2",
            "--executor-memory",
            "512m",
            "--driver-memory",
            "512m",
            millrace.examples().toString()));
    return all.toArray(String[]::new);
  }
}
