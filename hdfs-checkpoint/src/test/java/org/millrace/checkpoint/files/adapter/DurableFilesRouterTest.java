package org.millrace.checkpoint.files.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;

class DurableFilesRouterTest {

  @TempDir private Path temporary;

  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private final ThreadPoolWork work = new ThreadPoolWork("test", 2);
  private final ThreadLoop timers =
      ThreadLoop.start("test-timers", (where, fault) -> fatal.complete(fault));

  @AfterEach
  void close() {
    timers.close();
    work.close();
    assertThat(fatal).isNotDone();
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(2, TimeUnit.MINUTES);
  }

  @Test
  void keepsPathsWithoutASchemeLocalWithoutHadoop() throws Exception {
    Files.writeString(temporary.resolve("file"), "content");
    try (DurableFilesRouter router =
        DurableFilesRouter.localOnly(work, timers, new SystemClock())) {
      assertThat(get(router.status(temporary + "/file"))).isPresent();
      assertThat(get(router.status("file:" + temporary + "/file"))).isPresent();
      assertThatThrownBy(() -> router.status("hdfs://name/file"))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
          .hasMessageContaining("hdfs://name/file")
          .hasMessageContaining("HADOOP_CONF_DIR");
    }
  }

  @Test
  void sendsPathsWithoutASchemeToTheDefaultFileSystem() throws Exception {
    Files.writeString(temporary.resolve("file"), "content");
    Configuration site = new Configuration(false);
    site.set("fs.defaultFS", "hdfs://127.0.0.1:1");
    site.set("ipc.client.connect.max.retries", "0");
    site.set("dfs.client.retry.max.attempts", "0");
    try (DurableFilesRouter router =
        DurableFilesRouter.withHadoop(site, work, timers, new SystemClock())) {
      assertThat(get(router.status("file:" + temporary + "/file"))).isPresent();
      CompletableFuture<?> onHdfs = router.status(temporary + "/file");
      assertThatThrownBy(() -> get(onHdfs))
          .cause()
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED))
          .hasMessageContaining(temporary + "/file");
      assertThatThrownBy(() -> router.rename("file:/a", "/b"))
          .isInstanceOf(MillraceException.class)
          .hasMessageContaining("different file systems");
    }
  }

  @Test
  void staysLocalWhenTheDefaultFileSystemIs() throws Exception {
    Files.writeString(temporary.resolve("file"), "content");
    try (DurableFilesRouter router =
        DurableFilesRouter.withHadoop(new Configuration(false), work, timers, new SystemClock())) {
      assertThat(get(router.status(temporary + "/file")).orElseThrow().path())
          .isEqualTo("file://" + temporary + "/file");
    }
  }
}
