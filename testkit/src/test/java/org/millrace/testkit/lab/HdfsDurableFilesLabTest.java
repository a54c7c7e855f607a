package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.DurableFilesConformance;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;

/** The suite of durable files on a real HDFS, and what only HDFS does. */
@Tag("lab")
@ExtendWith(LabExtension.class)
class HdfsDurableFilesLabTest extends DurableFilesConformance {

  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private final ThreadPoolWork work = new ThreadPoolWork("test", 8);
  private final ThreadLoop timers =
      ThreadLoop.start("test-timers", (where, fault) -> fatal.complete(fault));
  private final DurableFilesRouter files;
  private final DurableFilesRouter otherFiles;

  HdfsDurableFilesLabTest(Lab lab) {
    Configuration site = LabClients.configuration(lab);
    files = DurableFilesRouter.withHadoop(site, work, timers, new SystemClock());
    otherFiles = DurableFilesRouter.withHadoop(site, work, timers, new SystemClock());
  }

  @AfterEach
  void disconnect() {
    files.close();
    otherFiles.close();
    timers.close();
    work.close();
    assertThat(fatal).isNotDone();
  }

  @Override
  protected DurableFiles files() {
    return files;
  }

  @Override
  protected DurableFiles filesOfAnotherProcess() {
    return otherFiles;
  }

  /** Without a scheme, so that the default file system is asked for. */
  @Override
  protected String newDirectory() {
    return "/durable-files/" + UUID.randomUUID();
  }

  @Test
  void placesAsManyReplicasAsAskedFor(Lab lab) throws Exception {
    String path = newDirectory() + "-log";
    AppendFile file = get(files.createExclusive(path, new CreateOptions(2, true)));
    get(file.append(ByteBuffer.wrap("content".getBytes(StandardCharsets.UTF_8))));
    get(file.close());
    assertThat(get(files.blockLocations(path, 0, 7))).isNotEmpty();
    FileStatus status = get(files.status(path)).orElseThrow();
    assertThat(status.path()).startsWith(lab.fileSystem().toString());
    assertThat(get(files.status(status.path()))).contains(status);
  }

  @Test
  void placesReplicasOnFavoredNodes() throws Exception {
    String directory = newDirectory();
    get(files.makeDirectories(directory));
    AppendFile everywhere =
        get(files.createExclusive(directory + "/all", new CreateOptions(3, false)));
    assertThat(everywhere.nodes()).isEmpty();
    get(everywhere.append(ByteBuffer.wrap("content".getBytes(StandardCharsets.UTF_8))));
    get(everywhere.flush());
    assertThat(everywhere.nodes()).hasSize(3).doesNotHaveDuplicates();

    for (String left : everywhere.nodes()) {
      List<String> wanted = everywhere.nodes().stream().filter(node -> !node.equals(left)).toList();
      String path = directory + "/without-" + left.replace(':', '-');
      CreateOptions options = new CreateOptions(2, true).withFavoredNodes(wanted);
      AppendFile file = get(files.createExclusive(path, options));
      get(file.append(ByteBuffer.wrap("content".getBytes(StandardCharsets.UTF_8))));
      get(file.flush());
      assertThat(file.nodes()).containsExactlyInAnyOrderElementsOf(wanted);
      get(file.close());
    }
    get(everywhere.close());
  }

  @Test
  void goesOnWritingWhenADataNodeDies(Lab lab) throws Exception {
    String path = newDirectory() + "-log";
    AppendFile file = get(files.createExclusive(path, CreateOptions.DEFAULT));
    get(file.append(ByteBuffer.wrap("before ".getBytes(StandardCharsets.UTF_8))));
    get(file.flush());
    lab.dataNode(1).kill();
    try {
      get(file.append(ByteBuffer.wrap("after".getBytes(StandardCharsets.UTF_8))));
      assertThat(get(file.flush())).isEqualTo(12);
      get(file.close());
    } finally {
      lab.dataNode(1).restart();
    }
    try (var stream = otherFiles.open(path, 0)) {
      assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("before after");
    }
    lab.awaitHealthy(Duration.ofSeconds(60));
  }
}
