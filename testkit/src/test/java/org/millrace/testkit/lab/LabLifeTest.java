package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labs of the smallest size, from birth to death. */
@Tag("lab")
class LabLifeTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private java.nio.file.Path temporary;
  private java.nio.file.Path home;

  @BeforeEach
  void nameTheFolder() {
    home = temporary.resolve("small");
  }

  @AfterEach
  void endWhatATestLeft() {
    if (Lab.exists(home)) {
      Lab.attach(home).down();
    }
  }

  private Lab.Builder small() {
    return Lab.builder(home).dataNodes(1).nodeManagers(1);
  }

  private List<OsProcess> marked() {
    return OsProcess.withEnvironment(Map.of(DaemonLauncher.OWNER_VARIABLE, home.toString()));
  }

  @Test
  void upStartsWhatIsMissingAndDownLeavesNothing() {
    List<String> said = new ArrayList<>();
    Lab lab = small().start(listener(said));
    long resourceManager = lab.resourceManager().pid().orElseThrow();
    assertThat(said).containsExactlyInAnyOrder("nn", "dn1", "rm", "nm1");

    lab.dataNode(1).kill();
    said.clear();
    Lab again = Lab.builder(home).start(listener(said));
    assertThat(again.resourceManager().pid()).hasValue(resourceManager);
    assertThat(said).contains("starting what is missing: [dn1]");

    said.clear();
    small().start(listener(said));
    assertThat(said).containsExactly("the lab is already up");

    lab.close();
    assertThat(marked()).isEmpty();
    assertThat(home).doesNotExist();
  }

  @Test
  void whatWasKeptIsThereAfterTheNextUp() throws IOException {
    Lab lab = small().start(ProgressListener.silent());
    try (FileSystem hdfs = LabClients.hdfs(lab)) {
      hdfs.create(new Path("/tmp/kept")).close();
    }

    lab.downKeepingData();

    assertThat(marked()).isEmpty();
    assertThat(lab.processes())
        .allSatisfy(process -> assertThat(process.state()).isEqualTo(LabProcess.State.DEAD));
    small().start(ProgressListener.silent());
    try (FileSystem hdfs = LabClients.hdfs(lab)) {
      assertThat(hdfs.exists(new Path("/tmp/kept"))).isTrue();
    }
  }

  @Test
  void containersOutliveTheirNodeManagerButNotTheLab() throws IOException, YarnException {
    Lab lab =
        small()
            .set("yarn.am.liveness-monitor.expiry-interval-ms", "600000")
            // A busy machine may take long to start the NodeManager again.
            .set("yarn.nm.liveness-monitor.expiry-interval-ms", "600000")
            .start(ProgressListener.silent());

    LabClients.submit(lab, "exec sleep 301");
    LabContainer container =
        LabClients.eventually(
            "the container runs",
            SOON,
            () ->
                lab.containers().stream()
                    .filter(each -> each.commandLine().equals(List.of("sleep", "301")))
                    .findFirst());
    assertThat(container.containerId()).startsWith("container_");

    lab.nodeManager(1).kill();
    assertThat(container.alive()).isTrue();
    lab.nodeManager(1).restart();
    assertThat(container.alive()).isTrue();
    // The NodeManager is ready before it has looked at all that ran.
    LabClients.eventuallyContains(
        lab.webAddress("nm1").getPort(),
        "/ws/v1/node/containers",
        container.containerId(),
        "\"state\":\"RUNNING\"");

    lab.close();
    assertThat(container.alive()).isFalse();
    assertThat(marked()).isEmpty();
  }

  @Test
  void aProcessThatCannotStartIsNamedWithTheEndOfItsLog() {
    LabException failure =
        catchThrowableOfType(
            LabException.class,
            () ->
                small()
                    .set("yarn.scheduler.capacity.root.default.capacity", "30")
                    .start(ProgressListener.silent()));

    assertThat(failure)
        .hasMessageStartingWith("ResourceManager rm died:")
        .hasMessageContaining("rm.log")
        .hasMessageContaining("root");
    assertThat(marked()).isEmpty();
    assertThat(Files.exists(home.resolve("logs/rm.log"))).isTrue();
  }

  private static ProgressListener listener(List<String> said) {
    return new ProgressListener() {
      @Override
      public void onReady(LabProcess process, Duration elapsed) {
        said.add(process.name());
      }

      @Override
      public void onNote(String note) {
        said.add(note);
      }
    };
  }
}
