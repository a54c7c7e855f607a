package org.millrace.am.files;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;

/**
 * The directories of a file stream: the one it names, or each that its pattern matches, with those
 * below if asked for. A look costs one call for each directory, and a listing only where something
 * may be new. Owned by the driver loop.
 */
final class DirectoryWatch {
  private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

  private final DurableFiles files;
  private final Loop loop;
  private final Clock clock;
  private final FileStreamNode input;
  private final boolean recursive;
  private final Consumer<List<String>> onForgotten;

  /** By path, in the order of the last look. */
  private Map<String, WatchedDirectory> watched = new LinkedHashMap<>();

  /** Where the files are that the last look found. */
  private final Map<String, WatchedDirectory> offered = new HashMap<>();

  /**
   * @param onForgotten told of seen files that are not there any more
   */
  DirectoryWatch(
      FileTracker.Services services,
      FileStreamNode input,
      boolean recursive,
      Consumer<List<String>> onForgotten) {
    this.files = services.files();
    this.loop = services.loop();
    this.clock = services.clock();
    this.input = input;
    this.recursive = recursive;
    this.onForgotten = onForgotten;
  }

  /**
   * The files that are there, may be read and were not seen; completes on the driver loop.
   * Directories that are gone are forgotten, with their files. Fails with NO_SUCH_PATH when there
   * is no such directory, and then nothing is forgotten.
   */
  CompletableFuture<List<FileStatus>> look() {
    Map<String, WatchedDirectory> found = new LinkedHashMap<>();
    return lookAt(found)
        .thenApply(
            all -> {
              watched.forEach(
                  (path, directory) -> {
                    if (!found.containsKey(path)) {
                      directory.forgetAll();
                    }
                  });
              watched = found;
              return candidates();
            });
  }

  /** The file is not to be taken, or not again. */
  void see(String path, long lengthBytes, long modificationTimeMs) {
    WatchedDirectory directory = offered.get(path);
    if (directory == null) {
      String parent = path.substring(0, Math.max(0, path.lastIndexOf('/')));
      directory =
          watched.computeIfAbsent(
              parent, any -> new WatchedDirectory(this::isIgnored, onForgotten));
    }
    directory.see(path, lengthBytes, modificationTimeMs);
  }

  private CompletableFuture<Void> lookAt(Map<String, WatchedDirectory> found) {
    String path = input.directory();
    if (!isPattern(path)) {
      return Answers.onLoop(files.status(path), loop)
          .thenCompose(
              status ->
                  status.isPresent() && status.get().directory()
                      ? lookAt(status.get(), found)
                      // Says what is wrong with the path.
                      : Answers.onLoop(files.list(path), loop).thenAccept(entries -> {}));
    }
    return Answers.onLoop(files.glob(path), loop)
        .thenCompose(
            matches -> {
              List<FileStatus> directories =
                  matches.stream().filter(FileStatus::directory).toList();
              if (directories.isEmpty()) {
                throw new MillraceException(ErrorCode.NO_SUCH_PATH, "no directory matches " + path);
              }
              return each(directories, directory -> lookAt(directory, found));
            });
  }

  private CompletableFuture<Void> lookAt(
      FileStatus directory, Map<String, WatchedDirectory> found) {
    WatchedDirectory known = watched.get(directory.path());
    WatchedDirectory view =
        known != null ? known : new WatchedDirectory(this::isIgnored, onForgotten);
    found.put(directory.path(), view);
    long nowNanos = clock.nanoTime();
    if (!view.mustBeListed(directory.modificationTimeMs(), nowNanos)) {
      return recursive ? each(view.subdirectories(), entry -> lookAgain(entry, found)) : NOTHING;
    }
    return Answers.onLoop(files.list(directory.path()), loop)
        .thenCompose(
            entries -> {
              view.onListed(directory.modificationTimeMs(), entries, nowNanos);
              return recursive
                  ? each(view.subdirectories(), entry -> lookBelow(entry, found))
                  : NOTHING;
            });
  }

  /**
   * A directory that was there when its parent was listed: it still is, its time may be another.
   */
  private CompletableFuture<Void> lookAgain(FileStatus entry, Map<String, WatchedDirectory> found) {
    return isHidden(entry)
        ? NOTHING
        : Answers.onLoop(files.status(entry.path()), loop)
            .thenCompose(status -> status.isPresent() ? lookAt(status.get(), found) : NOTHING);
  }

  private CompletableFuture<Void> lookBelow(FileStatus entry, Map<String, WatchedDirectory> found) {
    return isHidden(entry) ? NOTHING : lookAt(entry, found);
  }

  private static CompletableFuture<Void> each(
      List<FileStatus> entries, Function<FileStatus, CompletableFuture<Void>> action) {
    return CompletableFuture.allOf(entries.stream().map(action).toArray(CompletableFuture[]::new));
  }

  private List<FileStatus> candidates() {
    List<FileStatus> candidates = new ArrayList<>();
    offered.clear();
    for (WatchedDirectory directory : watched.values()) {
      for (FileStatus file : directory.unseen()) {
        if (file.lengthBytes() > 0 && isWanted(file)) {
          candidates.add(file);
          offered.put(file.path(), directory);
        }
      }
    }
    return candidates;
  }

  private boolean isWanted(FileStatus file) {
    return input.filter().isPresent() ? input.filter().get().test(file.path()) : !isIgnored(file);
  }

  /** Whatever a program's filter answers now, it may answer otherwise later. */
  private boolean isIgnored(FileStatus entry) {
    return input.filter().isEmpty()
        && (isHidden(entry)
            || entry.name().endsWith("._COPYING_")
            || entry.name().endsWith(".tmp"));
  }

  private static boolean isHidden(FileStatus entry) {
    return entry.name().startsWith(".") || entry.name().startsWith("_");
  }

  private static boolean isPattern(String path) {
    return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
  }
}
