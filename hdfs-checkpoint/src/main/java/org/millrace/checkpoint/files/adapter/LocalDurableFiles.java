package org.millrace.checkpoint.files.adapter;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Durable files on the local file system. Thread-safe.
 *
 * <p>A flush survives the death of the process, a sync that of the machine. Lease recovery fences a
 * writer of this JVM; it cannot take a file from a live writer of another process and waits for it
 * to end until its timeout.
 */
public final class LocalDurableFiles implements DurableFiles {

  private static final Logger LOG = LoggerFactory.getLogger(LocalDurableFiles.class);
  private static final String EXECUTOR = "files";

  /** Apart, so that a stalled pipeline does not delay other operations. */
  private static final String APPEND_EXECUTOR = "append";

  private static final int READ_BUFFER_BYTES = 64 * 1024;
  private static final long LEASE_POLL_MS = 30;

  private final BlockingWork work;
  private final Loop timers;
  private final Clock clock;

  /**
   * Files on this machine.
   *
   * @param timers where the polls of lease recovery wait
   */
  public LocalDurableFiles(BlockingWork work, Loop timers, Clock clock) {
    this.work = work;
    this.timers = timers;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<AppendFile> createExclusive(String path, CreateOptions options) {
    return work.run(EXECUTOR, () -> create(path));
  }

  private AppendFile create(String path) {
    try {
      return new QueuedAppendFile(
          path, LocalSink.create(path, LocalPaths.parse(path)), work, APPEND_EXECUTOR);
    } catch (FileAlreadyExistsException e) {
      throw new MillraceException(
          ErrorCode.FILE_EXISTS, "Could not create %s: it exists".formatted(path), e);
    } catch (IOException e) {
      Path directory = LocalPaths.parse(path).getParent();
      if (e instanceof NoSuchFileException || !Files.isDirectory(directory)) {
        throw new FencedException(
            "Could not create %s: its directory does not exist; it was renamed away or never made"
                .formatted(path),
            e);
      }
      throw failed("create", path, e);
    }
  }

  @Override
  public InputStream open(String path, long offset) {
    FileInputStream stream = null;
    try {
      stream = new FileInputStream(LocalPaths.parse(path).toFile());
      long size = stream.getChannel().size();
      if (offset < 0 || offset > size) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "Could not open %s at offset %d: it has %d bytes".formatted(path, offset, size));
      }
      stream.getChannel().position(offset);
      return new BufferedInputStream(stream, READ_BUFFER_BYTES);
    } catch (IOException | MillraceException e) {
      closeAfter(e, stream);
      if (e instanceof MillraceException refused) {
        throw refused;
      }
      throw Files.exists(LocalPaths.parse(path))
          ? failed("open", path, (IOException) e)
          : missing("open", path, e);
    }
  }

  private static void closeAfter(Exception failure, InputStream stream) {
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  @Override
  public CompletableFuture<List<FileStatus>> list(String directory) {
    return ask(
        "list",
        directory,
        () -> {
          try (DirectoryStream<Path> entries =
              Files.newDirectoryStream(LocalPaths.parse(directory))) {
            List<Path> paths = new ArrayList<>();
            entries.forEach(paths::add);
            return statuses(paths);
          }
        });
  }

  @Override
  public CompletableFuture<List<FileStatus>> glob(String pattern) {
    return ask("glob", pattern, () -> statuses(LocalPaths.glob(LocalPaths.parse(pattern))));
  }

  private static List<FileStatus> statuses(Collection<Path> paths) throws IOException {
    List<FileStatus> statuses = new ArrayList<>(paths.size());
    for (Path path : paths) {
      statusOf(path).ifPresent(statuses::add);
    }
    statuses.sort(Comparator.comparing(FileStatus::path));
    return statuses;
  }

  @Override
  public CompletableFuture<Optional<FileStatus>> status(String path) {
    return ask("look at", path, () -> statusOf(LocalPaths.parse(path)));
  }

  private static Optional<FileStatus> statusOf(Path path) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      boolean directory = attributes.isDirectory();
      return Optional.of(
          new FileStatus(
              LocalPaths.format(path),
              directory ? 0 : attributes.size(),
              attributes.lastModifiedTime().toMillis(),
              directory));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public CompletableFuture<Outcome> rename(String from, String to) {
    return change("rename " + from + " to", to, Outcome.FAILED, () -> moveIfAbsent(from, to));
  }

  @Override
  public CompletableFuture<Outcome> renameDirectory(String from, String to) {
    return rename(from, to);
  }

  private static Outcome moveIfAbsent(String from, String to) throws IOException {
    Path source = LocalPaths.parse(from);
    Path target = LocalPaths.parse(to);
    if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
      return Files.exists(target) ? Outcome.DONE : refused("rename", from, "it does not exist");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return refused("rename", from, to + " exists");
    }
    // The system call would replace a file that appears after the check above. Names given to it
    // are unique per writer, and only HDFS is shared by machines.
    Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    return Outcome.DONE;
  }

  @Override
  public CompletableFuture<Outcome> delete(String path) {
    // A tree is deleted step by step: what is left after a failure is not known.
    return change("delete", path, Outcome.UNKNOWN, () -> deleteTree(LocalPaths.parse(path)));
  }

  private static Outcome deleteTree(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return Outcome.DONE;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
    return Outcome.DONE;
  }

  @Override
  public CompletableFuture<Outcome> makeDirectories(String directory) {
    return change(
        "make directory",
        directory,
        Outcome.FAILED,
        () -> {
          Files.createDirectories(LocalPaths.parse(directory));
          return Outcome.DONE;
        });
  }

  @Override
  public CompletableFuture<Void> recoverLease(String path, Duration timeout) {
    return tryFence(path, clock.nanoTime() + timeout.toNanos());
  }

  private CompletableFuture<Void> tryFence(String path, long deadlineNanos) {
    return ask("recover the lease of", path, () -> LocalSink.fence(LocalPaths.parse(path)))
        .thenCompose(
            free -> free ? CompletableFuture.completedFuture(null) : later(path, deadlineNanos));
  }

  private CompletableFuture<Void> later(String path, long deadlineNanos) {
    if (clock.nanoTime() - deadlineNanos >= 0) {
      return CompletableFuture.failedFuture(
          new MillraceException(
              ErrorCode.TIMED_OUT,
              "Could not recover the lease of %s: another process still writes it; stop it"
                  .formatted(path)));
    }
    CompletableFuture<Void> due = new CompletableFuture<>();
    timers.schedule(LEASE_POLL_MS, () -> due.complete(null));
    return due.thenCompose(polled -> tryFence(path, deadlineNanos));
  }

  @Override
  public CompletableFuture<List<String>> blockLocations(String path, long offset, long length) {
    return CompletableFuture.completedFuture(List.of());
  }

  private <T> CompletableFuture<T> ask(String action, String path, Callable<T> question) {
    return work.run(
        EXECUTOR,
        () -> {
          try {
            return question.call();
          } catch (NoSuchFileException | NotDirectoryException e) {
            throw missing(action, path, e);
          } catch (IOException e) {
            throw failed(action, path, e);
          }
        });
  }

  private CompletableFuture<Outcome> change(
      String action, String path, Outcome onFailure, Callable<Outcome> step) {
    return work.run(
        EXECUTOR,
        () -> {
          try {
            return step.call();
          } catch (AccessDeniedException e) {
            throw failed(action, path, e);
          } catch (IOException e) {
            LOG.warn("Could not {} {}", action, path, e);
            return onFailure;
          }
        });
  }

  private static Outcome refused(String action, String path, String reason) {
    LOG.warn("Could not {} {}: {}", action, path, reason);
    return Outcome.FAILED;
  }

  private static MillraceException missing(String action, String path, Exception cause) {
    return new MillraceException(
        ErrorCode.NO_SUCH_PATH,
        "Could not %s %s: it does not exist or is of another kind".formatted(action, path),
        cause);
  }

  private static MillraceException failed(String action, String path, IOException cause) {
    if (cause instanceof AccessDeniedException) {
      return new MillraceException(
          ErrorCode.NOT_PERMITTED,
          "Could not %s %s: permission denied; give it to this user, or use another directory"
              .formatted(action, path),
          cause);
    }
    return new MillraceException(
        ErrorCode.STORAGE_FAILED, "Could not %s %s: %s".formatted(action, path, cause), cause);
  }
}
