package org.millrace.testkit.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of what a process wrote, without stack frames, for error messages. */
final class LogTail {
  private static final int LINES = 12;

  private LogTail() {}

  /** The last lines of what it printed and of its log, with where they are; begins with a colon. */
  static String describe(LabFolder folder, ProcessName name) {
    return ":" + lines(folder.output(name)) + lines(folder.log(name));
  }

  private static String lines(Path file) {
    List<String> all;
    try {
      if (!Files.exists(file) || Files.size(file) == 0) {
        return "";
      }
      all =
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("\tat "))
              .toList();
    } catch (IOException e) {
      return "\n  (cannot read " + file + ": " + e.getMessage() + ")";
    }
    StringBuilder text = new StringBuilder("\n  the end of ").append(file).append(":");
    for (String line : all.subList(Math.max(0, all.size() - LINES), all.size())) {
      text.append("\n    ").append(line);
    }
    return text.toString();
  }
}
