package org.millrace.runner.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.FailingDurableFiles;
import org.millrace.checkpoint.files.FailingDurableFiles.Action;
import org.millrace.checkpoint.files.FailingDurableFiles.Fault;
import org.millrace.checkpoint.files.adapter.DurableFilesRouter;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadLoop;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;
import org.millrace.runner.executor.DriverFinder.FoundDriver;
import org.millrace.runner.wire.Address;

class DriverDirectoryTest {
  @TempDir Path folder;

  private final ThreadPoolWork work = new ThreadPoolWork("test", 2);
  private final ThreadLoop loop =
      ThreadLoop.start(
          "test",
          (where, fault) -> {
            throw new AssertionError(where, fault);
          });
  private final DurableFilesRouter files =
      DurableFilesRouter.localOnly(work, loop, new SystemClock());

  private DriverDirectory directory() {
    return new DriverDirectory(files, work, path());
  }

  private String path() {
    return folder.resolve("drivers").toUri().toString();
  }

  @AfterEach
  void close() {
    files.close();
    work.close();
    loop.close();
  }

  @Test
  void findsNobodyWhileThereIsNoDirectory() {
    assertThat(directory().newestAfter(1).join()).isEmpty();
  }

  @Test
  void findsTheDriverOfTheHighestAttempt() {
    directory().publish(2, new Address("host2", 7002)).join();
    directory().publish(10, new Address("host10", 7010)).join();
    directory().publish(9, new Address("host9", 7009)).join();

    assertThat(directory().newestAfter(1).join())
        .contains(new FoundDriver(10, new Address("host10", 7010)));
    assertThat(directory().newestAfter(9).join()).map(FoundDriver::attempt).contains(10L);
    assertThat(directory().newestAfter(10).join()).isEmpty();
  }

  @Test
  void aDriverThatHasNotWrittenItsAddressYetIsNotThere() {
    directory().publish(2, new Address("host2", 7002)).join();
    AppendFile begun =
        files.createExclusive(path() + "/attempt-000003", CreateOptions.DEFAULT).join();
    assertThat(directory().newestAfter(1).join()).isEqualTo(Optional.empty());

    begun.append(ByteBuffer.wrap("host3:70".getBytes(StandardCharsets.UTF_8))).join();
    begun.flush().join();
    assertThat(directory().newestAfter(1).join()).isEqualTo(Optional.empty());
    begun.append(ByteBuffer.wrap("03\n".getBytes(StandardCharsets.UTF_8))).join();
    begun.close().join();

    assertThat(directory().newestAfter(1).join())
        .contains(new FoundDriver(3, new Address("host3", 7003)));
  }

  @Test
  void anAttemptIsPublishedOnceOnly() {
    directory().publish(2, new Address("host2", 7002)).join();

    assertThatThrownBy(() -> directory().publish(2, new Address("other", 1)).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_EXISTS));
    assertThat(directory().newestAfter(1).join())
        .map(FoundDriver::address)
        .contains(new Address("host2", 7002));
  }

  @Test
  void sayingTheSameAgainIsNoFailure() {
    directory().publish(2, new Address("host2", 7002)).join();
    directory().publish(2, new Address("host2", 7002)).join();

    assertThat(directory().newestAfter(1).join())
        .contains(new FoundDriver(2, new Address("host2", 7002)));
  }

  @Test
  void whatWasCreatedAndNotWrittenIsWrittenByTheNextTry() {
    for (Action broken : List.of(Action.CREATE, Action.APPEND, Action.CLOSE)) {
      FailingDurableFiles failing = new FailingDurableFiles(files, loop);
      failing.follow((action, path) -> action == broken ? new Fault.Fail(true) : null);
      DriverDirectory directory = new DriverDirectory(failing, work, path() + "-" + broken);
      Address address = new Address("host2", 7002);
      assertThatThrownBy(() -> directory.publish(2, address).join()).as("%s", broken).isNotNull();

      failing.follow((action, path) -> null);
      directory.publish(2, address).join();

      assertThat(directory.newestAfter(1).join())
          .as("%s", broken)
          .contains(new FoundDriver(2, address));
    }
  }
}
