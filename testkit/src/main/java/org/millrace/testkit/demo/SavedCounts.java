package org.millrace.testkit.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Reads lines {@code (word,count)}. */
final class SavedCounts {
  /** What a directory that is not complete lacks. */
  static final String SUCCESS = "_SUCCESS";

  /** What the files with counts begin with. */
  static final String PART = "part-";

  private SavedCounts() {}

  /** Adds the counts of a file; the stream stays open. */
  static void addTo(WordTally tally, InputStream in, String file) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      int comma = line.lastIndexOf(',');
      if (comma < 1 || !line.startsWith("(") || !line.endsWith(")")) {
        throw notACount(line, file, null);
      }
      try {
        tally.add(
            line.substring(1, comma), Long.parseLong(line.substring(comma + 1, line.length() - 1)));
      } catch (NumberFormatException e) {
        throw notACount(line, file, e);
      }
    }
  }

  /** A directory of saved counts that lacks its mark of completeness. */
  static MillraceException incomplete(String directory) {
    return new MillraceException(
        ErrorCode.STORAGE_FAILED,
        directory + " has no " + SUCCESS + ": a batch was published before it was complete");
  }

  private static MillraceException notACount(
      String line, String file, NumberFormatException cause) {
    return new MillraceException(
        ErrorCode.STORAGE_FAILED,
        "'" + line + "' in " + file + " is not (word,count), which the program saves",
        cause);
  }
}
