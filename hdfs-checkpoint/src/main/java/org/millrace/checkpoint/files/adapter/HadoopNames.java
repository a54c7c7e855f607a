package org.millrace.checkpoint.files.adapter;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of names on one Hadoop file system, which end DONE, FAILED or UNKNOWN. Blocks.
 *
 * <p>A failed call is followed by a look at the names. A refusal by the file system is final, and
 * thrown as {@code NOT_PERMITTED} when permissions are the reason; after a failure of the
 * connection the call may still be on its way, so what has not happened yet may happen.
 */
final class HadoopNames {

  private static final Logger LOG = LoggerFactory.getLogger(HadoopNames.class);

  private final FileSystem fileSystem;
  private final Configuration configuration;

  HadoopNames(FileSystem fileSystem, Configuration configuration) {
    this.fileSystem = fileSystem;
    this.configuration = configuration;
  }

  Outcome rename(Path from, Path to) {
    try {
      if (fileSystem instanceof DistributedFileSystem hdfs) {
        hdfs.rename(from, to, Rename.NONE);
      } else {
        FileContext.getFileContext(fileSystem.getUri(), configuration)
            .rename(from, to, Rename.NONE);
      }
      return Outcome.DONE;
    } catch (IOException e) {
      return probeRename(from, to, e);
    }
  }

  private Outcome probeRename(Path from, Path to, IOException failure) {
    boolean sourceThere;
    boolean targetThere;
    try {
      sourceThere = exists(from);
      targetThere = exists(to);
    } catch (IOException probe) {
      failure.addSuppressed(probe);
      return report(Outcome.UNKNOWN, "rename " + from + " to", to, failure);
    }
    if (!sourceThere && targetThere) {
      return Outcome.DONE;
    }
    return report(refused(failure), "rename " + from + " to", to, failure);
  }

  Outcome delete(Path path) {
    try {
      // False means that it does not exist.
      fileSystem.delete(path, true);
      return Outcome.DONE;
    } catch (IOException e) {
      return report(refused(e), "delete", path, e);
    }
  }

  Outcome makeDirectories(Path directory) {
    try {
      fileSystem.mkdirs(directory);
      if (fileSystem.getFileStatus(directory).isDirectory()) {
        return Outcome.DONE;
      }
      throw new ParentNotDirectoryException(directory + " is a file");
    } catch (IOException e) {
      return report(refused(e), "make directory", directory, e);
    }
  }

  private boolean exists(Path path) throws IOException {
    try {
      fileSystem.getFileStatus(path);
      return true;
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /** FAILED when the file system itself answered, UNKNOWN when the connection failed. */
  private static Outcome refused(IOException failure) {
    boolean answered =
        failure instanceof RemoteException
            || failure instanceof FileNotFoundException
            || failure instanceof FileAlreadyExistsException
            || failure instanceof ParentNotDirectoryException
            || failure instanceof AccessControlException;
    return answered ? Outcome.FAILED : Outcome.UNKNOWN;
  }

  /**
   * Tells the outcome.
   *
   * @throws MillraceException NOT_PERMITTED instead of FAILED when that is why
   */
  private static Outcome report(Outcome outcome, String action, Path path, IOException failure) {
    if (outcome == Outcome.FAILED) {
      MillraceException cause = HadoopDurableFiles.failed(action, path.toString(), failure);
      if (cause.code() == ErrorCode.NOT_PERMITTED) {
        throw cause;
      }
    }
    LOG.warn("Could not {} {}: {}", action, path, outcome, failure);
    return outcome;
  }
}
