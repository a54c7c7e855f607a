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
   * the file system does, or with FILE_EXISTS when another process has said so for this attempt.
   */
  public CompletableFuture<Void> publish(long attempt, Address address) {
    ByteBuffer text = StandardCharsets.UTF_8.encode(address.host() + ":" + address.port() + "\n");
    String path = directory + "/attempt-%06d".formatted(attempt);
    return files
        .makeDirectories(directory)
        .thenCompose(
            made ->
                made == Outcome.DONE
                    ? files.createExclusive(path, CreateOptions.DEFAULT)
                    : CompletableFuture.failedFuture(
                        new MillraceException(
                            ErrorCode.STORAGE_FAILED,
                            "The directory %s cannot be made: %s".formatted(directory, made))))
        .thenCompose(file -> file.append(text).thenCompose(length -> file.close()));
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
