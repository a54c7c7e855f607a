package org.millrace.checkpoint.runtime.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.error.MillraceException;

@Timeout(300)
class ThreadPoolWorkTest {

  private final ThreadPoolWork work = new ThreadPoolWork("test", 2);

  @AfterEach
  void close() {
    work.close();
  }

  @Test
  void runsOnNamedDaemonThreads() throws Exception {
    Thread thread = work.run("files", Thread::currentThread).get(2, TimeUnit.MINUTES);
    assertThat(thread.getName()).isEqualTo("test-files-1");
    assertThat(thread.isDaemon()).isTrue();
  }

  @Test
  void failsWithWhatTheWorkThrew() {
    IOException fault = new IOException("broken");
    CompletableFuture<Object> answer =
        work.run(
            "files",
            () -> {
              throw fault;
            });
    assertThatThrownBy(() -> answer.get(2, TimeUnit.MINUTES)).hasCause(fault);
  }

  @Test
  void boundsTheThreadsOfANameAndDelaysNoOther() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<CompletableFuture<Boolean>> blocked = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      blocked.add(work.run("slow", () -> release.await(4, TimeUnit.MINUTES)));
    }
    assertThat(work.run("files", () -> "answered").get(2, TimeUnit.MINUTES)).isEqualTo("answered");
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("test-slow-")))
        .hasSize(2);
    assertThat(blocked).noneMatch(CompletableFuture::isDone);
    release.countDown();
    for (CompletableFuture<Boolean> each : blocked) {
      assertThat(each.get(2, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void refusesWorkWhenClosedButFinishesWhatItHas() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Boolean> accepted =
        work.run("files", () -> release.await(4, TimeUnit.MINUTES));
    work.close();
    for (String name : List.of("files", "never used before")) {
      CompletableFuture<String> late = work.run(name, () -> "late");
      assertThatThrownBy(() -> late.get(2, TimeUnit.MINUTES))
          .hasCauseInstanceOf(MillraceException.class);
    }
    release.countDown();
    assertThat(accepted.get(2, TimeUnit.MINUTES)).isTrue();
  }
}
