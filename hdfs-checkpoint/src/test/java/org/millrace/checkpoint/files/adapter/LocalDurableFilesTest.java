package org.millrace.checkpoint.files.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.DurableFilesConformance;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;

class LocalDurableFilesTest extends DurableFilesConformance {

  @TempDir private Path temporary;

  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private final ThreadPoolWork work = new ThreadPoolWork("test", 4);
  private final ThreadLoop timers =
      ThreadLoop.start("test-timers", (where, fault) -> fatal.complete(fault));

  @AfterEach
  void close() {
    timers.close();
    work.close();
    assertThat(fatal).isNotDone();
  }

  @Override
  protected DurableFiles files() {
    return new LocalDurableFiles(work, timers, new SystemClock());
  }

  @Override
  protected DurableFiles filesOfAnotherProcess() {
    return files();
  }

  @Override
  protected String newDirectory() {
    return "file://" + temporary.resolve("test");
  }

  @Test
  void takesPathsInAllTheirForms() throws Exception {
    Files.writeString(temporary.resolve("a b"), "content");
    for (String form :
        new String[] {
          temporary + "/a b", "file:" + temporary + "/a b", "file://" + temporary + "/a b"
        }) {
      FileStatus status = get(files().status(form)).orElseThrow();
      assertThat(status.path()).isEqualTo("file://" + temporary + "/a b");
      assertThat(status.lengthBytes()).isEqualTo(7);
    }
  }

  @Test
  void understandsSetsAndAlternativesInPatterns() throws Exception {
    for (String name : new String[] {"a1", "b1", "c1", "c2"}) {
      Files.createFile(temporary.resolve(name));
    }
    assertThat(get(files().glob(temporary + "/[^ab]?")))
        .extracting(FileStatus::name)
        .containsExactly("c1", "c2");
    assertThat(get(files().glob(temporary + "/{a,c}1")))
        .extracting(FileStatus::name)
        .containsExactly("a1", "c1");
  }

  /** Another process holds the file until its standard input ends. */
  @Test
  void doesNotTakeAFileFromALiveWriterOfAnotherProcess() throws Exception {
    Path file = temporary.resolve("held");
    Process holder = startHolder(file);
    try {
      assertThat(holder.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("held");
      assertThat(failure(files().recoverLease(file.toString(), Duration.ofMillis(200))).code())
          .isEqualTo(ErrorCode.TIMED_OUT);
      CompletableFuture<Void> recovery =
          files().recoverLease(file.toString(), Duration.ofSeconds(60));
      holder.outputWriter(StandardCharsets.UTF_8).close();
      get(recovery);
    } finally {
      holder.destroyForcibly();
      assertThat(holder.waitFor(2, TimeUnit.MINUTES)).isTrue();
    }
  }

  private static Process startHolder(Path file) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            FileHolder.class.getName(),
            file.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
