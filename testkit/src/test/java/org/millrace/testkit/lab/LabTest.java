package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("lab")
@ExtendWith(LabExtension.class)
class LabTest {
  private static final Duration LONG = Duration.ofSeconds(120);

  @Test
  void clientsWriteAndReadHdfs(Lab lab) throws IOException {
    Path file = new Path("/tmp/words/one.txt");
    byte[] content =
        "a mill turns while the water runs\n".repeat(1000).getBytes(StandardCharsets.UTF_8);

    try (FileSystem hdfs = LabClients.hdfs(lab)) {
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
    LabClients.eventuallyContains(
        lab.webAddress("rm").getPort(),
        "/ws/v1/cluster/nodes?states=RUNNING",
        "localhost:" + lab.nodeManager(1).port(),
        "localhost:" + lab.nodeManager(2).port());
  }

  @Test
  void aKilledDataNodeComesBackWithItsBlocks(Lab lab) throws IOException {
    long before = lab.dataNode(2).pid().orElseThrow();

    lab.dataNode(2).kill();
    assertThat(lab.dataNode(2).state()).isEqualTo(LabProcess.State.DEAD);
    lab.dataNode(2).restart();

    assertThat(lab.dataNode(2).pid().orElseThrow()).isNotEqualTo(before);
    lab.awaitHealthy(LONG);
    clientsWriteAndReadHdfs(lab);
  }

  @Test
  void aKilledNodeManagerIsKnownAgainByItsOldName(Lab lab) {
    lab.nodeManager(1).kill();
    lab.nodeManager(1).restart();

    lab.awaitHealthy(LONG);
    theResourceManagerListsItsNodes(lab);
  }

  @Test
  void aPausedProcessIsSeenAsPausedUntilItGoesOn(Lab lab) {
    lab.nodeManager(2).pause();
    assertThat(lab.nodeManager(2).state()).isEqualTo(LabProcess.State.PAUSED);
    assertThat(lab.nodeManager(2).problem())
        .hasValueSatisfying(text -> assertThat(text).contains("paused"));

    lab.nodeManager(2).resume();

    lab.nodeManager(2).awaitReady(LONG);
  }

  @Test
  void logsOfAnEndedContainerGoToHdfs(Lab lab) throws IOException, YarnException {
    ApplicationId application = LabClients.submit(lab, "echo the mill was here 1><LOG_DIR>/stdout");

    try (FileSystem hdfs = LabClients.hdfs(lab)) {
      FileStatus log =
          LabClients.eventually(
              "the log is on HDFS",
              LONG,
              () -> find(hdfs, new Path("/app-logs"), application.toString()));
      try (InputStream in = hdfs.open(log.getPath())) {
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
            .contains("the mill was here");
      }
    }
  }

  /**
   * A finished log file of the application; the NodeManager writes it under a name that ends in
   * tmp.
   */
  private static Optional<FileStatus> find(FileSystem hdfs, Path folder, String application) {
    try {
      if (!hdfs.exists(folder)) {
        return Optional.empty();
      }
      RemoteIterator<LocatedFileStatus> files = hdfs.listFiles(folder, true);
      while (files.hasNext()) {
        LocatedFileStatus file = files.next();
        String path = file.getPath().toString();
        if (path.contains(application) && !path.endsWith("tmp")) {
          return Optional.of(file);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
