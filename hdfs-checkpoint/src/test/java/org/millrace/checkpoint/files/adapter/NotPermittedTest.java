package org.millrace.checkpoint.files.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.SimulatedTime;

/** A file system that permits nothing: nobody is to try again for minutes. */
class NotPermittedTest {
  private static final String PATH = "denying://cluster/of/another/user";

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final HadoopDurableFiles files =
      new HadoopDurableFiles(denying(), time.blockingWork(), time.loop("files"), time);

  private static Configuration denying() {
    Configuration configuration = new Configuration(false);
    configuration.setClass(
        "fs.denying.impl", DenyingFileSystem.class, org.apache.hadoop.fs.FileSystem.class);
    return configuration;
  }

  /** As HDFS answers; the plain exception, or the one of the other process in its wrapping. */
  public static final class DenyingFileSystem extends RawLocalFileSystem {
    @Override
    public String getScheme() {
      return "denying";
    }

    @Override
    public FSDataOutputStream createNonRecursive(
        Path path,
        FsPermission permission,
        EnumSet<CreateFlag> flags,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      throw new RemoteException(AccessControlException.class.getName(), "Permission denied: WRITE");
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
      throw new AccessControlException("Permission denied: READ");
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
      throw new AccessControlException("Permission denied: WRITE");
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
      throw new AccessControlException("Permission denied: WRITE");
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
      throw new AccessControlException("Permission denied: READ_EXECUTE");
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
      throw new AccessControlException("Permission denied: EXECUTE");
    }
  }

  private void assertNotPermitted(CompletableFuture<?> future) {
    time.runUntilIdle();
    assertThatThrownBy(future::join)
        .cause()
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_PERMITTED))
        .hasMessageContaining(PATH)
        .hasMessageContaining("Permission denied")
        .hasMessageContaining("use another directory");
  }

  @Test
  void saysThatAFileMayNotBeMade() {
    assertNotPermitted(files.createExclusive(PATH, CreateOptions.DEFAULT));
  }

  @Test
  void saysThatADirectoryMayNotBeMadeOrRemovedOrListed() {
    assertNotPermitted(files.makeDirectories(PATH));
    assertNotPermitted(files.delete(PATH));
    assertNotPermitted(files.list(PATH));
    assertNotPermitted(files.status(PATH));
  }

  @Test
  void saysThatAFileMayNotBeRead() {
    assertThatThrownBy(() -> files.open(PATH, 0))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_PERMITTED));
  }

  /** What cannot be looked at may have been renamed. */
  @Test
  void doesNotKnowHowARenameEndedThatItCannotLookAt() {
    CompletableFuture<Outcome> renamed = files.rename(PATH, PATH + "2");
    time.runUntilIdle();
    assertThat(renamed).isCompletedWithValue(Outcome.UNKNOWN);
  }
}
