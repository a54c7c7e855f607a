package org.millrace.checkpoint.files.adapter;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.crypto.CryptoOutputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LeaseRecoverable;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSOutputStream;
import org.apache.hadoop.hdfs.protocol.DatanodeInfo;
import org.apache.hadoop.ipc.RemoteException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FencedException;

/** A file on a Hadoop file system open for appending. Called by one worker at a time. */
final class HadoopSink implements ByteSink {

  private static final int COPY_BYTES = 64 * 1024;

  /**
   * What a NameNode answers to a writer without its lease; a client does not have these classes.
   */
  private static final Set<String> FENCED =
      Set.of(
          "org.apache.hadoop.hdfs.server.namenode.LeaseExpiredException",
          "org.apache.hadoop.hdfs.protocol.RecoveryInProgressException",
          "org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException",
          "java.io.FileNotFoundException");

  private final FileSystem fileSystem;
  private final Path path;
  private final FSDataOutputStream stream;

  /** For data outside the heap; made when first needed. */
  private byte[] copy;

  HadoopSink(FileSystem fileSystem, Path path, FSDataOutputStream stream) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.stream = stream;
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    if (data.hasArray()) {
      stream.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
      data.position(data.limit());
      return;
    }
    if (copy == null) {
      copy = new byte[COPY_BYTES];
    }
    while (data.hasRemaining()) {
      int count = Math.min(copy.length, data.remaining());
      data.get(copy, 0, count);
      stream.write(copy, 0, count);
    }
  }

  @Override
  public void flush() throws IOException {
    stream.hflush();
  }

  @Override
  public void sync() throws IOException {
    stream.hsync();
  }

  /** An encrypted file's stream is wrapped in another one. */
  @Override
  public List<String> nodes() {
    OutputStream wrapped = stream.getWrappedStream();
    if (wrapped instanceof CryptoOutputStream encrypting) {
      wrapped = encrypting.getWrappedStream();
    }
    DatanodeInfo[] pipeline = wrapped instanceof DFSOutputStream hdfs ? hdfs.getPipeline() : null;
    return pipeline == null
        ? List.of()
        : Arrays.stream(pipeline).map(DatanodeInfo::getXferAddr).toList();
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }

  @Override
  public void abandon() throws IOException {
    stream.close();
  }

  @Override
  public MillraceException explain(String action, Exception failure) {
    if (lostLease(failure) || takenOver(failure)) {
      return new FencedException(
          "Could not %s %s: another process recovered its lease or removed it; stop writing"
              .formatted(action, path),
          failure);
    }
    return new MillraceException(
        ErrorCode.DURABILITY_UNKNOWN,
        "Could not %s %s: %s; recover its lease and read it again to know how much is in it"
            .formatted(action, path, failure),
        failure);
  }

  private static boolean lostLease(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof FileNotFoundException
          || (cause instanceof RemoteException remote && FENCED.contains(remote.getClassName()))) {
        return true;
      }
    }
    return false;
  }

  /**
   * A recovery also breaks the pipeline, which then fails in many ways: a file that somebody else
   * closed, or that is gone, tells.
   */
  private boolean takenOver(Exception failure) {
    if (!(fileSystem instanceof LeaseRecoverable leases)) {
      return false;
    }
    try {
      return leases.isFileClosed(path);
    } catch (FileNotFoundException e) {
      return true;
    } catch (IOException e) {
      failure.addSuppressed(e);
      return isSealed(failure);
    }
  }

  /** Who seals a directory leaves a file under its name, below which no path can be asked about. */
  private boolean isSealed(Exception failure) {
    try {
      return fileSystem.getFileStatus(path.getParent()).isFile();
    } catch (FileNotFoundException e) {
      return true;
    } catch (IOException e) {
      failure.addSuppressed(e);
      return false;
    }
  }
}
