package org.millrace.runner.executor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.CreateOptions;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.wire.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory in which each driver of an application leaves its address. Thread-safe.
 *
 * <pre>
 *  DIRECTORY/attempt-000002     "host:port\n", created exclusively, never changed
 * </pre>
 *
 * A file that is being written is empty for a moment; whoever looks then finds nobody.
 */
public final class DriverDirectory implements DriverFinder {
  private static final Logger LOG = LoggerFactory.getLogger(DriverDirectory.class);
  private static final Pattern NAME = Pattern.compile("attempt-(\\d{6,9})");
  private static final int MOST_BYTES = 300;
  private static final String WORKER = "driver-address";

  private final DurableFiles files;
  private final BlockingWork work;
  private final String directory;

  /**
   * @param directory as a URI
   */
  public DriverDirectory(DurableFiles files, BlockingWork work, String directory) {
    this.files = Objects.requireNonNull(files, "files");
    this.work = Objects.requireNonNull(work, "work");
    this.directory = Objects.requireNonNull(directory, "directory");
  }

  /** The directory in an application's own directory. */
  public static String within(String applicationDirectory) {
    return applicationDirectory + "/drivers";
  }

  /**
   * Says where the driver of this attempt is reached; once for each attempt. The future fails when
   * the file system does, and can be tried again then: a file that an earlier try created and did
   * not write is written anew. It fails with FILE_EXISTS when another address is there.
   */
  public CompletableFuture<Void> publish(long attempt, Address address) {
    String path = directory + "/attempt-%06d".formatted(attempt);
    return files
        .makeDirectories(directory)
        .thenCompose(
            made ->
                made == Outcome.DONE
                    ? files.status(path)
                    : CompletableFuture.failedFuture(
                        new MillraceException(
                            ErrorCode.STORAGE_FAILED,
                            "The directory %s cannot be made: %s".formatted(directory, made))))
        .thenCompose(
            there ->
                there.isPresent()
                    ? work.run(WORKER, () -> read(there.get()))
                        .exceptionally(failure -> unreadable(path, failure))
                        .thenCompose(said -> publishOver(path, said, address))
                    : write(path, address));
  }

  /** As one whose last block was never written; when storage is away nothing can be deleted. */
  private static Optional<FoundDriver> unreadable(String path, Throwable failure) {
    LOG.warn("{} cannot be read, and is written anew: {}", path, failure.toString());
    return Optional.empty();
  }

  private CompletableFuture<Void> publishOver(
      String path, Optional<FoundDriver> said, Address address) {
    if (said.isPresent()) {
      return said.get().address().equals(address)
          ? CompletableFuture.completedFuture(null)
          : CompletableFuture.failedFuture(
              new MillraceException(
                  ErrorCode.FILE_EXISTS,
                  "%s names %s, and this driver is at %s"
                      .formatted(path, said.get().address(), address)));
    }
    return files
        .delete(path)
        .thenCompose(
            deleted ->
                deleted == Outcome.DONE
                    ? write(path, address)
                    : CompletableFuture.failedFuture(
                        new MillraceException(
                            ErrorCode.STORAGE_FAILED,
                            "%s has no address and cannot be deleted: %s"
                                .formatted(path, deleted))));
  }

  private CompletableFuture<Void> write(String path, Address address) {
    ByteBuffer text = StandardCharsets.UTF_8.encode(address.host() + ":" + address.port() + "\n");
    return files
        .createExclusive(path, CreateOptions.DEFAULT)
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(notCreated(path, failure)))
        .thenCompose(
            file ->
                file.append(text)
                    .thenCompose(length -> file.close())
                    .whenComplete(
                        (closed, failure) -> {
                          if (failure != null) {
                            // It is written anew, as another file.
                            var unused = file.abort();
                          }
                        }));
  }

  /** It was not there a moment ago: who tries again reads what it says. */
  private static MillraceException notCreated(String path, Throwable failure) {
    return new MillraceException(
        ErrorCode.STORAGE_FAILED, path + " cannot be created: " + failure, failure);
  }

  @Override
  public CompletableFuture<Optional<FoundDriver>> newestAfter(long attempt) {
    return files
        .status(directory)
        .thenCompose(
            status ->
                status.isPresent()
                    ? files.list(directory)
                    : CompletableFuture.completedFuture(List.<FileStatus>of()))
        .thenCompose(
            entries ->
                entries.stream()
                    .filter(entry -> attempt(entry.name()) > attempt)
                    .max(Comparator.comparingLong(entry -> attempt(entry.name())))
                    .map(newest -> work.run(WORKER, () -> read(newest)))
                    .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
  }

  private Optional<FoundDriver> read(FileStatus file) throws IOException {
    try (InputStream in = files.open(file.path(), 0)) {
      String text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
      int colon = text.lastIndexOf(':');
      if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}\\n")) {
        return Optional.empty();
      }
      int port = Integer.parseInt(text.substring(colon + 1).strip());
      return Optional.of(
          new FoundDriver(attempt(file.name()), new Address(text.substring(0, colon), port)));
    }
  }

  /** 0 for what is no driver's file. */
  private static long attempt(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
