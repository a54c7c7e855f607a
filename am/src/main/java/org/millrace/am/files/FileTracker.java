package org.millrace.am.files;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.log.DriverEvent.SeenFile;
import org.millrace.checkpoint.log.FileRange;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the files that a directory, or each directory that a pattern matches, got since the last
 * batch. A file is known by its path: one that was taken, or was there before the start when only
 * new files count, is not taken again, whatever its time. Names that begin with a dot or an
 * underscore, or end in {@code ._COPYING_} or {@code .tmp}, and empty files are left until they
 * have another name or content. Owned by the driver loop.
 */
public final class FileTracker {
  private static final Logger LOG = LoggerFactory.getLogger(FileTracker.class);

  private final DirectoryWatch directories;
  private final FileReading reading;
  private final FileLimits limits;
  private final Loop loop;
  private final FileStreamNode input;
  private final FileRate rate;
  private String problem = "";
  private long takenFiles;
  private long takenBytes;
  private int waitingFiles;

  /** What a tracker needs of the driver. Immutable. */
  public record Services(DurableFiles files, Loop loop, Clock clock) {}

  /**
   * @param onForgotten told of seen files that are not in their directory any more
   */
  public FileTracker(
      Services services,
      FileReading reading,
      FileLimits limits,
      FileRate rate,
      FileStreamNode input,
      Consumer<List<String>> onForgotten) {
    this.directories = new DirectoryWatch(services, input, limits.recursive(), onForgotten);
    this.reading = reading;
    this.limits = limits;
    this.loop = services.loop();
    this.rate = rate;
    this.input = input;
  }

  /**
   * Learns what is there already and answers what of it is left out; fails with NO_SUCH_PATH when
   * the directory does not exist. Completes on the driver loop.
   */
  public CompletableFuture<List<SeenFile>> start() {
    return directories
        .look()
        .thenApply(
            found -> {
              if (!input.newFilesOnly()) {
                return List.of();
              }
              List<SeenFile> leftOut = found.stream().map(this::seenFile).toList();
              see(leftOut);
              return leftOut;
            });
  }

  private SeenFile seenFile(FileStatus file) {
    return new SeenFile(
        input.inputId(), file.path(), file.modificationTimeMs(), file.lengthBytes());
  }

  private void see(Collection<SeenFile> files) {
    for (SeenFile file : files) {
      directories.see(file.path(), file.lengthBytes(), file.modificationTimeMs());
    }
  }

  /**
   * Goes on after another driver, which left out or took these files; what is there besides is new.
   * Fails as {@link #start} does.
   */
  public CompletableFuture<Void> resume(Collection<SeenFile> known) {
    return directories.look().thenAccept(found -> see(known));
  }

  /**
   * The new files, oldest first, as many as a batch may take; completes on the driver loop. A
   * directory that cannot be listed now gives none.
   */
  public CompletableFuture<FoundFiles> find(int parallelism) {
    CompletableFuture<FoundFiles> splits =
        directories
            .look()
            .thenApply(this::withinLimits)
            .thenCompose(found -> reading.read(found, parallelism));
    return Answers.onLoop(
        splits
            .thenApply(
                found -> {
                  problem = "";
                  return found;
                })
            .exceptionally(this::nothing),
        loop);
  }

  /** What a batch of a driver before this one read, in its order. */
  public CompletableFuture<FoundFiles> again(List<FileRange> ranges, int parallelism) {
    return Answers.onLoop(reading.again(ranges, parallelism), loop);
  }

  /** A batch has these files. */
  public void taken(List<FileSplit> splits) {
    Map<String, Long> ends = new HashMap<>();
    Map<String, Long> times = new HashMap<>();
    for (FileSplit split : splits) {
      ends.merge(split.path(), split.offset() + split.lengthBytes(), Math::max);
      times.put(split.path(), split.modificationTimeMs());
    }
    ends.forEach(
        (path, end) -> {
          directories.see(path, end, times.get(path));
          takenBytes += end;
        });
    takenFiles += ends.size();
  }

  /** How fast it goes, to be told of completed batches. */
  public FileRate rate() {
    return rate;
  }

  public FileSourceStatus status() {
    return new FileSourceStatus(
        input.inputId(),
        input.description(),
        input.directory(),
        takenFiles,
        takenBytes,
        rate.recordsPerSecond(),
        rate.bytesPerSecond(),
        rate.mostBytesPerSecond(),
        waitingFiles,
        problem);
  }

  /** The first files that a batch may take; those that are left are new again next time. */
  private List<FileStatus> withinLimits(List<FileStatus> found) {
    List<FileStatus> unseen = new ArrayList<>(found);
    unseen.sort(
        Comparator.comparingLong(FileStatus::modificationTimeMs).thenComparing(FileStatus::path));
    long mostBytes = Math.min(limits.mostBytes(), rate.mostBytes());
    int count = 0;
    long bytes = 0;
    while (count < Math.min(unseen.size(), limits.mostFiles())) {
      bytes += unseen.get(count).lengthBytes();
      if (count > 0 && bytes > mostBytes) {
        break;
      }
      count++;
    }
    waitingFiles = unseen.size() - count;
    return unseen.subList(0, count);
  }

  private FoundFiles nothing(Throwable failure) {
    String text = failure.getCause() == null ? failure.toString() : failure.getCause().toString();
    if (!text.equals(problem)) {
      LOG.warn("cannot list {}; the next batch tries again: {}", input.directory(), text);
    }
    problem = text;
    return FoundFiles.none();
  }
}
