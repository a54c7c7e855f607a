package org.millrace.testkit.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Remembers a process across programs: its id and the token of its start. */
record PidFile(Path file) {
  private static final Pattern CONTENT = Pattern.compile("(\\d+) (\\d+)\\s*");

  void write(OsProcess process) throws IOException {
    Files.writeString(file, process.pid() + " " + process.startToken() + "\n");
  }

  /** The process that was written; it may be dead. Empty when none was, or the file is torn. */
  Optional<OsProcess> read() throws IOException {
    String content;
    try {
      content = Files.readString(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    Matcher matcher = CONTENT.matcher(content);
    return matcher.matches()
        ? Optional.of(
            new OsProcess(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
