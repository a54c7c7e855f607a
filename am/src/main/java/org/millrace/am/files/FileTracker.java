package org.millrace.am.files;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.Answers;
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

  private final DurableFiles files;
  private final FileReading reading;
  private final FileLimits limits;
  private final Loop loop;
  private final FileStreamNode input;

  /**
   * Length and time of files by path; those that the directory does not list any more are
   * forgotten.
   */
  private final Map<String, Identity> seen = new HashMap<>();

  private String problem = "";

  private record Identity(long lengthBytes, long modificationTimeMs) {
    static Identity of(FileStatus file) {
      return new Identity(file.lengthBytes(), file.modificationTimeMs());
    }
  }

  public FileTracker(
      DurableFiles files, FileReading reading, FileLimits limits, Loop loop, FileStreamNode input) {
    this.files = files;
    this.reading = reading;
    this.limits = limits;
    this.loop = loop;
    this.input = input;
  }

  /** Learns what is there already; fails with NO_SUCH_PATH when the directory does not exist. */
  public CompletableFuture<Void> start() {
    return onLoop(listing())
        .thenAccept(
            found -> {
              if (input.newFilesOnly()) {
                found.forEach(file -> seen.put(file.path(), Identity.of(file)));
              }
            });
  }

  /**
   * The new files, oldest first, as many as a batch may take; completes on the driver loop. A
   * directory that cannot be listed now gives none.
   */
  public CompletableFuture<FoundFiles> find(int parallelism) {
    CompletableFuture<FoundFiles> splits =
        onLoop(listing())
            .thenApply(this::newOnes)
            .thenApply(this::withinLimits)
            .thenCompose(found -> reading.read(found, parallelism));
    return onLoop(
        splits
            .thenApply(
                found -> {
                  problem = "";
                  return found;
                })
            .exceptionally(this::nothing));
  }

  /** A batch has these files. */
  public void taken(List<FileSplit> splits) {
    Map<String, Long> ends = new HashMap<>();
    Map<String, Long> times = new HashMap<>();
    for (FileSplit split : splits) {
      ends.merge(split.path(), split.offset() + split.lengthBytes(), Math::max);
      times.put(split.path(), split.modificationTimeMs());
    }
    ends.forEach((path, end) -> seen.put(path, new Identity(end, times.get(path))));
  }

  /** Why the last listing failed; empty when it did not. */
  public String problem() {
    return problem;
  }

  private List<FileStatus> newOnes(List<FileStatus> found) {
    Set<String> listed = new HashSet<>();
    List<FileStatus> unseen = new ArrayList<>();
    for (FileStatus file : found) {
      listed.add(file.path());
      Identity known = seen.get(file.path());
      if (known == null) {
        unseen.add(file);
      } else if (!known.equals(Identity.of(file))) {
        LOG.warn(
            "{} changed after it was read or was there before the start; what is new in it is not"
                + " read. Put new data into new files.",
            file.path());
        seen.put(file.path(), Identity.of(file));
      }
    }
    seen.keySet().retainAll(listed);
    unseen.sort(
        Comparator.comparingLong(FileStatus::modificationTimeMs).thenComparing(FileStatus::path));
    return unseen;
  }

  /** The first files that a batch may take; those that are left are new again next time. */
  private List<FileStatus> withinLimits(List<FileStatus> unseen) {
    int count = 0;
    long bytes = 0;
    while (count < Math.min(unseen.size(), limits.mostFiles())) {
      bytes += unseen.get(count).lengthBytes();
      if (count > 0 && bytes > limits.mostBytes()) {
        break;
      }
      count++;
    }
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

  private CompletableFuture<List<FileStatus>> listing() {
    String directory = input.directory();
    if (!isPattern(directory)) {
      return below(directory);
    }
    return files
        .glob(directory)
        .thenCompose(
            matches -> {
              List<CompletableFuture<List<FileStatus>>> listings = new ArrayList<>();
              for (FileStatus match : matches) {
                if (match.directory()) {
                  listings.add(below(match.path()));
                }
              }
              if (listings.isEmpty()) {
                throw new MillraceException(
                    ErrorCode.NO_SUCH_PATH, "no directory matches " + directory);
              }
              return CompletableFuture.allOf(listings.toArray(CompletableFuture[]::new))
                  .thenApply(
                      all -> listings.stream().flatMap(list -> list.join().stream()).toList());
            });
  }

  /** The files of a directory that may be read, with those of its subdirectories if asked for. */
  private CompletableFuture<List<FileStatus>> below(String directory) {
    return files
        .list(directory)
        .thenCompose(
            entries -> {
              List<CompletableFuture<List<FileStatus>>> parts = new ArrayList<>();
              parts.add(CompletableFuture.completedFuture(candidates(entries)));
              for (FileStatus entry : entries) {
                if (limits.recursive() && entry.directory() && !isHidden(entry)) {
                  parts.add(below(entry.path()));
                }
              }
              return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                  .thenApply(all -> parts.stream().flatMap(part -> part.join().stream()).toList());
            });
  }

  private static boolean isHidden(FileStatus entry) {
    return entry.name().startsWith(".") || entry.name().startsWith("_");
  }

  private static boolean isPattern(String path) {
    return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
  }

  private List<FileStatus> candidates(List<FileStatus> entries) {
    return entries.stream()
        .filter(entry -> !entry.directory() && entry.lengthBytes() > 0)
        .filter(
            entry ->
                input.filter().isPresent()
                    ? input.filter().get().test(entry.path())
                    : !isHidden(entry) && !isInProgress(entry))
        .toList();
  }

  private static boolean isInProgress(FileStatus entry) {
    return entry.name().endsWith("._COPYING_") || entry.name().endsWith(".tmp");
  }

  /** The same answer, given on the driver loop. */
  private <T> CompletableFuture<T> onLoop(CompletableFuture<T> future) {
    CompletableFuture<T> posted = new CompletableFuture<>();
    Answers.post(
        future,
        loop,
        (value, failure) -> {
          if (failure == null) {
            posted.complete(value);
          } else {
            posted.completeExceptionally(failure);
          }
        });
    return posted;
  }
}
