package org.millrace.am.files;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.millrace.checkpoint.files.FileStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of one directory of a file stream, and whether it has to be listed to know more.
 * Owned by the driver loop.
 *
 * <p>A directory's modification time changes whenever an entry appears in it or leaves, also by a
 * rename. A listing counts as complete for a time when it began {@link #SETTLE_MS} after that time
 * was first seen: entries of the same tick of the file system's clock were all there then, whatever
 * our clock says. From there on the directory is not listed while its time stays. Content does not
 * change that time: a directory with an empty file is listed until it has content, and each is
 * listed again after {@link #LONGEST_TRUST_MS}.
 */
final class WatchedDirectory {
  /** Longer than a tick of the clock from which any file system takes its times. */
  static final long SETTLE_MS = 100;

  static final long LONGEST_TRUST_MS = 60_000;

  /** Of a file in a record that does not say it. */
  private static final long LENGTH_UNKNOWN = -1;

  private static final Logger LOG = LoggerFactory.getLogger(WatchedDirectory.class);

  /** Files that were taken, or were there before the start when only new files count, by path. */
  private final Map<String, Identity> seen = new HashMap<>();

  private final Predicate<FileStatus> ignoredName;
  private final Consumer<List<String>> onForgotten;
  private List<FileStatus> unseen = new ArrayList<>();
  private List<FileStatus> subdirectories = List.of();
  private long modificationTimeMs;
  private long firstSeenNanos;
  private long listedNanos;
  private boolean complete;

  /**
   * @param ignoredName whether an entry is not read as long as it has this name
   * @param onForgotten told of seen files that are not there any more
   */
  WatchedDirectory(Predicate<FileStatus> ignoredName, Consumer<List<String>> onForgotten) {
    this.ignoredName = ignoredName;
    this.onForgotten = onForgotten;
  }

  private record Identity(long lengthBytes, long modificationTimeMs) {
    boolean isOf(FileStatus file) {
      return modificationTimeMs == file.modificationTimeMs()
          && (lengthBytes == LENGTH_UNKNOWN || lengthBytes == file.lengthBytes());
    }

    static Identity of(FileStatus file) {
      return new Identity(file.lengthBytes(), file.modificationTimeMs());
    }
  }

  /**
   * Whether there may be entries that the last listing did not have.
   *
   * @param timeMs the directory's modification time now; 0 when its file system keeps none
   */
  boolean mustBeListed(long timeMs, long nowNanos) {
    return !complete
        || timeMs != modificationTimeMs
        || elapsedMs(listedNanos, nowNanos) >= LONGEST_TRUST_MS;
  }

  /**
   * The directory was listed.
   *
   * @param timeMs its modification time before the listing
   * @param nowNanos when that was asked
   */
  void onListed(long timeMs, List<FileStatus> entries, long nowNanos) {
    if (timeMs != modificationTimeMs) {
      modificationTimeMs = timeMs;
      firstSeenNanos = nowNanos;
    }
    listedNanos = nowNanos;
    boolean filled = true;
    Set<String> listed = new HashSet<>();
    List<FileStatus> files = new ArrayList<>();
    List<FileStatus> directories = new ArrayList<>();
    for (FileStatus entry : entries) {
      if (entry.directory()) {
        directories.add(entry);
        continue;
      }
      listed.add(entry.path());
      filled &= entry.lengthBytes() > 0 || ignoredName.test(entry);
      if (!isSeen(entry)) {
        files.add(entry);
      }
    }
    forgetAllBut(listed);
    unseen = files;
    subdirectories = List.copyOf(directories);
    complete = filled && timeMs > 0 && elapsedMs(firstSeenNanos, nowNanos) >= SETTLE_MS;
  }

  /** The directory is gone. */
  void forgetAll() {
    forgetAllBut(Set.of());
  }

  private void forgetAllBut(Set<String> listed) {
    List<String> gone = seen.keySet().stream().filter(path -> !listed.contains(path)).toList();
    if (!gone.isEmpty()) {
      gone.forEach(seen::remove);
      onForgotten.accept(gone);
    }
  }

  private boolean isSeen(FileStatus file) {
    Identity known = seen.get(file.path());
    if (known == null) {
      return false;
    }
    if (!known.isOf(file)) {
      LOG.warn(
          "{} changed after it was read or was there before the start; what is new in it is not"
              + " read. Put new data into new files.",
          file.path());
      seen.put(file.path(), Identity.of(file));
    }
    return true;
  }

  /** The file is not to be taken, or not again. */
  void see(String path, long lengthBytes, long timeMs) {
    seen.put(path, new Identity(lengthBytes, timeMs));
  }

  /** Files of the last listing that nobody took, whatever their names; also empty ones. */
  List<FileStatus> unseen() {
    unseen.removeIf(file -> seen.containsKey(file.path()));
    return Collections.unmodifiableList(unseen);
  }

  /** Directories of the last listing, with the times that they had then. */
  List<FileStatus> subdirectories() {
    return subdirectories;
  }

  private static long elapsedMs(long fromNanos, long untilNanos) {
    return TimeUnit.NANOSECONDS.toMillis(untilNanos - fromNanos);
  }
}
