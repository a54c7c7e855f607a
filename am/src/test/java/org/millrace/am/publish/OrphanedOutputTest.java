package org.millrace.am.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.fake.FakeEngine;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.runtime.SimulatedTime;

class OrphanedOutputTest {
  private static final String STAGING = "/out/.millrace-staging";

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);

  @Test
  void deletesWhatTheDriverBeforeStagedAndDidNotDecideOn() {
    List<String> staged =
        List.of(
            "app_1-a1-kf12-0", "app_1-a2-kf13-3", "app_1-a3-kf14-0", "app_2-a1-kf12-0", "other");
    for (String name : staged) {
      CompletableFuture<?> made = files.makeDirectories(STAGING + "/" + name + "/ready");
      time.runUntilIdle();
      made.join();
    }
    FakeEngine engine = new FakeEngine(2);
    StreamingContext context =
        new StreamingContext(
            new BatchContext(new StreamingConf().setMaster("fake").setAppName("x"), engine),
            Durations.seconds(1));
    context.textFileStream("/in").saveAsTextFiles("/out/batch", "");
    context.start();

    CompletableFuture<List<String>> swept =
        new OrphanedOutput(
                files,
                time.loop("driver"),
                engine.graph(),
                "app_1",
                2,
                () -> Set.of("hdfs://name" + STAGING + "/app_1-a2-kf13-3/ready"))
            .sweep();
    time.runUntilIdle();
    context.stop();

    assertThat(swept.join()).containsExactly(STAGING + "/app_1-a1-kf12-0");
    List<String> left = new ArrayList<>();
    CompletableFuture<Void> listed =
        files.list(STAGING).thenAccept(all -> all.forEach(one -> left.add(one.name())));
    time.runUntilIdle();
    listed.join();
    assertThat(left)
        .containsExactly("app_1-a2-kf13-3", "app_1-a3-kf14-0", "app_2-a1-kf12-0", "other");
  }
}
