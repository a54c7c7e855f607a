package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("lab")
@ExtendWith(LabExtension.class)
class LabTest {
  @TempDir private Path temporary;

  @Test
  void clientsWriteAndReadHdfs(Lab lab) throws IOException {
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path("/tmp/words/one.txt");
    byte[] content =
        "a mill turns while the water runs\n".repeat(1000).getBytes(StandardCharsets.UTF_8);

    try (FileSystem hdfs = hdfs(lab)) {
      try (FSDataOutputStream out = hdfs.create(file, true)) {
        out.write(content);
        out.hflush();
      }
      try (InputStream in = hdfs.open(file)) {
        assertThat(in.readAllBytes()).isEqualTo(content);
      }
      assertThat(hdfs.getFileStatus(file).getReplication()).isEqualTo((short) 3);
    }
  }

  @Test
  void theResourceManagerListsItsNodes(Lab lab) {
    Health.Answer nodes =
        Health.get(lab.webAddress("rm").getPort(), "/ws/v1/cluster/nodes?states=RUNNING");

    assertThat(nodes.text())
        .contains("localhost:" + lab.nodeManager(1).port())
        .contains("localhost:" + lab.nodeManager(2).port());
  }

  @Test
  void aKilledDataNodeComesBackWithItsBlocks(Lab lab) throws IOException {
    long before = lab.dataNode(2).pid().orElseThrow();

    lab.dataNode(2).kill();
    assertThat(lab.dataNode(2).state()).isEqualTo(LabProcess.State.DEAD);
    lab.dataNode(2).restart();

    assertThat(lab.dataNode(2).pid().orElseThrow()).isNotEqualTo(before);
    lab.awaitHealthy(Duration.ofSeconds(30));
    clientsWriteAndReadHdfs(lab);
  }

  @Test
  void aKilledNodeManagerIsKnownAgainByItsOldName(Lab lab) {
    lab.nodeManager(1).kill();
    lab.nodeManager(1).restart();

    lab.awaitHealthy(Duration.ofSeconds(30));
    theResourceManagerListsItsNodes(lab);
  }

  @Test
  void aPausedProcessIsSeenAsPausedUntilItGoesOn(Lab lab) {
    lab.nodeManager(2).pause();
    assertThat(lab.nodeManager(2).state()).isEqualTo(LabProcess.State.PAUSED);
    assertThat(lab.nodeManager(2).problem())
        .hasValueSatisfying(text -> assertThat(text).contains("paused"));

    lab.nodeManager(2).resume();

    lab.nodeManager(2).awaitReady(Duration.ofSeconds(30));
  }

  @Test
  void upStartsWhatIsMissingAndDownLeavesNothing() throws IOException {
    Path home = temporary.resolve("small");
    List<String> ready = new ArrayList<>();
    Lab lab = small(home).start(listener(ready));
    long resourceManager = lab.resourceManager().pid().orElseThrow();
    assertThat(ready).containsExactlyInAnyOrder("nn", "dn1", "rm", "nm1");

    lab.dataNode(1).kill();
    ready.clear();
    Lab again = Lab.builder(home).start(listener(ready));
    assertThat(again.resourceManager().pid()).hasValue(resourceManager);
    assertThat(ready).contains("starting what is missing: [dn1]");

    ready.clear();
    small(home).start(listener(ready));
    assertThat(ready).containsExactly("the lab is already up");

    try (FileSystem hdfs = hdfs(lab)) {
      hdfs.create(new org.apache.hadoop.fs.Path("/tmp/kept")).close();
    }
    lab.downKeepingData();
    assertThat(marked(home)).isEmpty();
    small(home).start(ProgressListener.silent());
    try (FileSystem hdfs = hdfs(lab)) {
      assertThat(hdfs.exists(new org.apache.hadoop.fs.Path("/tmp/kept"))).isTrue();
    }

    lab.close();
    assertThat(marked(home)).isEmpty();
    assertThat(home).doesNotExist();
  }

  private static Lab.Builder small(Path home) {
    return Lab.builder(home).dataNodes(1).nodeManagers(1);
  }

  private static List<OsProcess> marked(Path home) {
    return OsProcess.withEnvironment(Map.of(DaemonLauncher.OWNER_VARIABLE, home.toString()));
  }

  private static FileSystem hdfs(Lab lab) throws IOException {
    Configuration configuration = new Configuration();
    for (String name : List.of("core-site.xml", "hdfs-site.xml")) {
      configuration.addResource(
          new org.apache.hadoop.fs.Path(lab.configurationDirectory().resolve(name).toUri()));
    }
    return FileSystem.newInstance(configuration);
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
