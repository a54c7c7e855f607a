package org.millrace.api.fake;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.graph.FileSplit;

/** Reads the lines whose first byte is in a part of a local file. */
final class SplitLines {
  private SplitLines() {}

  static List<Object> read(FileSplit split) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(split.path()));
    long end = split.offset() + split.lengthBytes();
    List<Object> lines = new ArrayList<>();
    int start = 0;
    while (start < bytes.length) {
      int lineFeed = start;
      while (lineFeed < bytes.length && bytes[lineFeed] != '\n') {
        lineFeed++;
      }
      if (start >= split.offset() && start < end) {
        boolean hasReturn = lineFeed > start && bytes[lineFeed - 1] == '\r';
        int length = lineFeed - start - (hasReturn ? 1 : 0);
        lines.add(new String(bytes, start, length, StandardCharsets.UTF_8));
      }
      start = lineFeed + 1;
    }
    return lines;
  }
}
