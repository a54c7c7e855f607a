package org.millrace.checkpoint.files.adapter;

import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LeaseRecoverable;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem.HdfsDataOutputStreamBuilder;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.AppendFile;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FencedException;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Durable files on HDFS, and on whatever else Hadoop has a file system for. Thread-safe.
 *
 * <p>Lease recovery, and with it fencing, exists on HDFS only. File systems are opened once for
 * each authority, apart from Hadoop's shared cache, so that closing here closes for nobody else.
 */
public final class HadoopDurableFiles implements DurableFiles, AutoCloseable {

  private static final String EXECUTOR = "files";

  /** Apart, so that a stalled pipeline does not delay other operations. */
  private static final String APPEND_EXECUTOR = "append";

  private static final int READ_BUFFER_BYTES = 128 * 1024;

  private final Configuration configuration;
  private final BlockingWork work;
  private final LeaseRecovery leases;
  private final ConcurrentHashMap<String, FileSystem> fileSystems = new ConcurrentHashMap<>();

  /**
   * Files of a cluster.
   *
   * @param site the site's configuration; it is copied, and completed with the client settings that
   *     logs need where the site did not set them
   * @param timers where the polls of lease recovery wait
   */
  public HadoopDurableFiles(Configuration site, BlockingWork work, Loop timers, Clock clock) {
    this.configuration = HadoopSettings.withDefaults(site);
    this.work = Objects.requireNonNull(work);
    this.leases = new LeaseRecovery(work, EXECUTOR, timers, clock);
  }

  @Override
  public CompletableFuture<AppendFile> createExclusive(String path, CreateOptions options) {
    return work.run(EXECUTOR, () -> create(path, options));
  }

  private AppendFile create(String path, CreateOptions options) {
    Path target = new Path(path);
    try {
      FileSystem fileSystem = fileSystem(target);
      FSDataOutputStream stream =
          fileSystem instanceof DistributedFileSystem hdfs
              ? createOnHdfs(hdfs, target, options)
              : createElsewhere(fileSystem, target, options);
      return new QueuedAppendFile(
          path, new HadoopSink(fileSystem, target, stream), work, APPEND_EXECUTOR);
    } catch (FileNotFoundException | ParentNotDirectoryException e) {
      throw new FencedException(
          "Could not create %s: its directory does not exist; it was renamed away or never made"
              .formatted(path),
          e);
    } catch (IOException e) {
      IOException answer = e instanceof RemoteException remote ? remote.unwrapRemoteException() : e;
      if (answer instanceof FileAlreadyExistsException
          || answer instanceof AlreadyBeingCreatedException) {
        throw new MillraceException(
            ErrorCode.FILE_EXISTS, "Could not create %s: it exists".formatted(path), e);
      }
      throw failed("create", path, e);
    }
  }

  private static FSDataOutputStream createOnHdfs(
      DistributedFileSystem hdfs, Path path, CreateOptions options) throws IOException {
    HdfsDataOutputStreamBuilder builder = hdfs.createFile(path).overwrite(false);
    builder.replication((short) options.replicas(hdfs.getDefaultReplication(path)));
    // An erasure-coded directory would not allow hflush.
    builder.replicate();
    if (options.noLocalReplica()) {
      builder.noLocalWrite();
    }
    if (!options.favoredNodes().isEmpty()) {
      builder.favoredNodes(
          options.favoredNodes().stream()
              .map(HadoopDurableFiles::unresolved)
              .toArray(InetSocketAddress[]::new));
    }
    return builder.build();
  }

  /** The NameNode knows its nodes; no name is looked up for it. */
  private static InetSocketAddress unresolved(String node) {
    int colon = node.lastIndexOf(':');
    return InetSocketAddress.createUnresolved(
        node.substring(0, colon), Integer.parseInt(node.substring(colon + 1)));
  }

  private static FSDataOutputStream createElsewhere(
      FileSystem fileSystem, Path path, CreateOptions options) throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(path);
    builder.overwrite(false);
    builder.replication((short) options.replicas(fileSystem.getDefaultReplication(path)));
    return builder.build();
  }

  @Override
  public InputStream open(String path, long offset) {
    Path source = new Path(path);
    try {
      FSDataInputStream stream = fileSystem(source).open(source);
      try {
        if (offset != 0) {
          stream.seek(offset);
        }
      } catch (IOException | IllegalArgumentException e) {
        stream.close();
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "Could not open %s at offset %d: the file ends before it".formatted(path, offset),
            e);
      }
      return new BufferedInputStream(stream, READ_BUFFER_BYTES);
    } catch (FileNotFoundException e) {
      throw missing("open", path, e);
    } catch (IOException e) {
      throw failed("open", path, e);
    }
  }

  @Override
  public CompletableFuture<List<FileStatus>> list(String directory) {
    return ask(
        "list",
        directory,
        () -> {
          Path path = new Path(directory);
          FileSystem fileSystem = fileSystem(path);
          if (!fileSystem.getFileStatus(path).isDirectory()) {
            throw new FileNotFoundException(directory + " is not a directory");
          }
          List<FileStatus> statuses = new ArrayList<>();
          for (var status : fileSystem.listStatus(path)) {
            statuses.add(
                entry(
                    fileSystem,
                    status.getPath(),
                    status.getLen(),
                    status.getModificationTime(),
                    status.isDirectory()));
          }
          return sorted(statuses);
        });
  }

  @Override
  public CompletableFuture<List<FileStatus>> glob(String pattern) {
    return ask(
        "glob",
        pattern,
        () -> {
          Path path = new Path(pattern);
          FileSystem fileSystem = fileSystem(path);
          var found = fileSystem.globStatus(path);
          List<FileStatus> statuses = new ArrayList<>();
          if (found != null) {
            for (var status : found) {
              statuses.add(
                  entry(
                      fileSystem,
                      status.getPath(),
                      status.getLen(),
                      status.getModificationTime(),
                      status.isDirectory()));
            }
          }
          return sorted(statuses);
        });
  }

  private static List<FileStatus> sorted(List<FileStatus> statuses) {
    statuses.sort(Comparator.comparing(FileStatus::path));
    return statuses;
  }

  /** Times of directories are kept by HDFS; others make them up, or leave them as they were. */
  private static FileStatus entry(
      FileSystem fileSystem,
      Path path,
      long lengthBytes,
      long modificationTimeMs,
      boolean directory) {
    boolean hasTime = !directory || fileSystem instanceof DistributedFileSystem;
    return new FileStatus(
        path.toString(), directory ? 0 : lengthBytes, hasTime ? modificationTimeMs : 0, directory);
  }

  @Override
  public CompletableFuture<Optional<FileStatus>> status(String path) {
    return ask(
        "look at",
        path,
        () -> {
          Path asked = new Path(path);
          try {
            FileSystem fileSystem = fileSystem(asked);
            var found = fileSystem.getFileStatus(asked);
            return Optional.of(
                entry(
                    fileSystem,
                    found.getPath(),
                    found.getLen(),
                    found.getModificationTime(),
                    found.isDirectory()));
          } catch (FileNotFoundException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public CompletableFuture<Outcome> rename(String from, String to) {
    return work.run(EXECUTOR, () -> names(from).rename(new Path(from), new Path(to)));
  }

  @Override
  public CompletableFuture<Outcome> renameDirectory(String from, String to) {
    return rename(from, to);
  }

  @Override
  public CompletableFuture<Outcome> delete(String path) {
    return work.run(EXECUTOR, () -> names(path).delete(new Path(path)));
  }

  @Override
  public CompletableFuture<Outcome> makeDirectories(String directory) {
    return work.run(EXECUTOR, () -> names(directory).makeDirectories(new Path(directory)));
  }

  private HadoopNames names(String path) throws IOException {
    FileSystem fileSystem = fileSystem(new Path(path));
    return new HadoopNames(fileSystem, configuration);
  }

  @Override
  public CompletableFuture<Void> recoverLease(String path, Duration timeout) {
    return work.run(EXECUTOR, () -> fileSystem(new Path(path)))
        .thenCompose(fileSystem -> recover(fileSystem, path, timeout));
  }

  private CompletableFuture<Void> recover(FileSystem fileSystem, String path, Duration timeout) {
    if (fileSystem instanceof LeaseRecoverable recoverable) {
      return leases.recover(recoverable, new Path(path), timeout);
    }
    return CompletableFuture.failedFuture(
        new MillraceException(
            ErrorCode.STORAGE_FAILED,
            "Could not recover the lease of %s: %s cannot fence a writer; use HDFS"
                .formatted(path, fileSystem.getUri())));
  }

  @Override
  public CompletableFuture<List<String>> blockLocations(String path, long offset, long length) {
    return ask(
        "locate",
        path,
        () -> {
          Path asked = new Path(path);
          Set<String> hosts = new LinkedHashSet<>();
          for (BlockLocation location :
              fileSystem(asked).getFileBlockLocations(asked, offset, length)) {
            hosts.addAll(Arrays.asList(location.getHosts()));
          }
          return List.copyOf(hosts);
        });
  }

  private FileSystem fileSystem(Path path) throws IOException {
    URI uri = path.toUri();
    String key = uri.getScheme() == null ? "" : uri.getScheme() + "://" + uri.getAuthority();
    try {
      return fileSystems.computeIfAbsent(key, name -> newFileSystem(path));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private FileSystem newFileSystem(Path path) {
    URI uri = path.toUri();
    try {
      return FileSystem.newInstance(
          uri.getScheme() == null ? FileSystem.getDefaultUri(configuration) : uri, configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <T> CompletableFuture<T> ask(String action, String path, Callable<T> question) {
    return work.run(
        EXECUTOR,
        () -> {
          try {
            return question.call();
          } catch (FileNotFoundException e) {
            throw missing(action, path, e);
          } catch (IOException e) {
            throw failed(action, path, e);
          }
        });
  }

  private static MillraceException missing(String action, String path, Exception cause) {
    return new MillraceException(
        ErrorCode.NO_SUCH_PATH,
        "Could not %s %s: it does not exist or is of another kind".formatted(action, path),
        cause);
  }

  /** What the file system does not permit will not be permitted soon: nobody tries that again. */
  static MillraceException failed(String action, String path, IOException cause) {
    IOException answer =
        cause instanceof RemoteException remote ? remote.unwrapRemoteException() : cause;
    if (answer instanceof AccessControlException) {
      return new MillraceException(
          ErrorCode.NOT_PERMITTED,
          "Could not %s %s: %s; give this user the permission, or use another directory"
              .formatted(action, path, answer.getMessage()),
          cause);
    }
    return new MillraceException(
        ErrorCode.STORAGE_FAILED, "Could not %s %s: %s".formatted(action, path, cause), cause);
  }

  /** Closes the connections; files that are still open lose their writer. */
  @Override
  public void close() {
    IOException failure = null;
    for (FileSystem fileSystem : fileSystems.values()) {
      try {
        fileSystem.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failed("close the connection to", fileSystems.keySet().toString(), failure);
    }
  }
}
