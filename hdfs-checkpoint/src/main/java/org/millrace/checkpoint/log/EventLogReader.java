package org.millrace.checkpoint.log;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.BlockingWork;

/** Reads the segments of one epoch in their order. */
final class EventLogReader {

  private static final String EXECUTOR = "files";

  private EventLogReader() {}

  static CompletableFuture<LogEnd> read(
      DurableFiles files, BlockingWork work, String directory, LogStart start, LogVisitor visitor) {
    return files
        .list(directory)
        .thenCompose(
            entries ->
                work.run(
                    EXECUTOR, () -> readAll(files, segments(directory, entries), start, visitor)));
  }

  private static List<String> segments(String directory, List<FileStatus> entries) {
    TreeMap<Integer, String> byNumber = new TreeMap<>();
    for (FileStatus entry : entries) {
      LogNames.segmentNumber(entry.name()).ifPresent(number -> byNumber.put(number, entry.path()));
    }
    List<String> paths = new ArrayList<>(byNumber.values());
    if (!byNumber.isEmpty() && byNumber.lastKey() != paths.size() - 1) {
      throw new MillraceException(
          ErrorCode.CORRUPT_LOG,
          "The event log in %s has %d segments and the last has number %d: one is missing"
              .formatted(directory, paths.size(), byNumber.lastKey()));
    }
    return paths;
  }

  private static LogEnd readAll(
      DurableFiles files, List<String> segments, LogStart start, LogVisitor visitor) {
    LogEnd end = new LogEnd(start.firstPosition(), 0);
    for (int i = 0; i < segments.size(); i++) {
      String path = segments.get(i);
      LogStart expected = new LogStart(start.epoch(), end.nextPosition());
      try (InputStream stream = files.open(path, 0)) {
        boolean last = i == segments.size() - 1;
        end = new SegmentReader(path, stream, last).read(expected, visitor);
      } catch (IOException e) {
        throw new MillraceException(
            ErrorCode.STORAGE_FAILED, "Could not read segment " + path + ": " + e, e);
      }
    }
    return end;
  }
}
