package org.millrace.checkpoint.files.adapter;

import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Sends each path to the file system of its scheme: {@code file:} to the local one, every other one
 * to Hadoop, no scheme to the default. Thread-safe.
 */
public final class DurableFilesRouter implements DurableFiles, AutoCloseable {

  private static final String LOCAL_SCHEME = "file";

  private final DurableFiles local;
  private final Optional<HadoopDurableFiles> hadoop;
  private final boolean localByDefault;

  private DurableFilesRouter(
      DurableFiles local, Optional<HadoopDurableFiles> hadoop, boolean localByDefault) {
    this.local = local;
    this.hadoop = hadoop;
    this.localByDefault = localByDefault;
  }

  /** Local files alone; no Hadoop class is loaded. */
  public static DurableFilesRouter localOnly(BlockingWork work, Loop timers, Clock clock) {
    return new DurableFilesRouter(
        new LocalDurableFiles(work, timers, clock), Optional.empty(), true);
  }

  /** Local files and those of a cluster; paths without a scheme go to its {@code fs.defaultFS}. */
  public static DurableFilesRouter withHadoop(
      Configuration site, BlockingWork work, Loop timers, Clock clock) {
    return new DurableFilesRouter(
        new LocalDurableFiles(work, timers, clock),
        Optional.of(new HadoopDurableFiles(site, work, timers, clock)),
        LOCAL_SCHEME.equals(FileSystem.getDefaultUri(site).getScheme()));
  }

  private DurableFiles owner(String path) {
    int colon = path.indexOf(':');
    int slash = path.indexOf('/');
    boolean hasScheme = colon > 0 && (slash < 0 || colon < slash);
    if (hasScheme ? path.startsWith(LOCAL_SCHEME + ":") : localByDefault) {
      return local;
    }
    return hadoop.orElseThrow(
        () ->
            new MillraceException(
                ErrorCode.ILLEGAL_USE,
                "Path %s needs Hadoop, and no Hadoop configuration was found; set HADOOP_CONF_DIR"
                    .formatted(path)));
  }

  private DurableFiles owner(String from, String to) {
    DurableFiles owner = owner(from);
    if (owner != owner(to)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "Could not rename %s to %s: they are on different file systems".formatted(from, to));
    }
    return owner;
  }

  @Override
  public CompletableFuture<AppendFile> createExclusive(String path, CreateOptions options) {
    return owner(path).createExclusive(path, options);
  }

  @Override
  public InputStream open(String path, long offset) {
    return owner(path).open(path, offset);
  }

  @Override
  public CompletableFuture<List<FileStatus>> list(String directory) {
    return owner(directory).list(directory);
  }

  @Override
  public CompletableFuture<List<FileStatus>> glob(String pattern) {
    return owner(pattern).glob(pattern);
  }

  @Override
  public CompletableFuture<Optional<FileStatus>> status(String path) {
    return owner(path).status(path);
  }

  @Override
  public CompletableFuture<Outcome> rename(String from, String to) {
    return owner(from, to).rename(from, to);
  }

  @Override
  public CompletableFuture<Outcome> renameDirectory(String from, String to) {
    return owner(from, to).renameDirectory(from, to);
  }

  @Override
  public CompletableFuture<Outcome> delete(String path) {
    return owner(path).delete(path);
  }

  @Override
  public CompletableFuture<Outcome> makeDirectories(String directory) {
    return owner(directory).makeDirectories(directory);
  }

  @Override
  public CompletableFuture<Void> recoverLease(String path, Duration timeout) {
    return owner(path).recoverLease(path, timeout);
  }

  @Override
  public CompletableFuture<List<String>> blockLocations(String path, long offset, long length) {
    return owner(path).blockLocations(path, offset, length);
  }

  /** Closes the connections to Hadoop. */
  @Override
  public void close() {
    hadoop.ifPresent(HadoopDurableFiles::close);
  }
}
