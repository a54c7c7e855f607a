package org.millrace.testkit.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds errors in what a process wrote: log lines of level ERROR and FATAL with what follows them,
 * and, outside of log lines, uncaught exceptions, stack traces and the virtual machine's last
 * words. A stack trace below a log line of a lower level was handled.
 */
final class LogScanner {
  private static final int MOST_LINES = 6;
  private static final int MOST_CAUSES = 12;
  private static final Pattern LOG_LINE =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}\\s+([A-Z]+)\\s.*");
  private static final Pattern UNCAUGHT =
      Pattern.compile(
          "Exception in thread \".*|Exception: .* thrown from the UncaughtExceptionHandler.*"
              + "|# A fatal error has been detected.*|Terminating due to java\\.lang\\..*"
              + "|Error occurred during initialization of VM.*|Error: Could not find or load .*");
  private static final Pattern FRAME = Pattern.compile("\\s+at [\\w.$/@<>-]+\\(.*\\)\\s*");

  private final String process;
  private final Path file;
  private final List<LoggedError> found = new ArrayList<>();
  private final List<String> current = new ArrayList<>();
  private int currentLine;
  private boolean currentIsError;
  private boolean inLogLine;
  private String before = "";

  private LogScanner(String process, Path file) {
    this.process = process;
    this.file = file;
  }

  /**
   * The errors in the text, in their order.
   *
   * @param linesBefore how many lines of the file come before the text
   */
  static List<LoggedError> scan(String process, Path file, String text, int linesBefore) {
    LogScanner scanner = new LogScanner(process, file);
    int number = linesBefore;
    for (String line : text.lines().toList()) {
      scanner.line(++number, line);
    }
    scanner.end();
    return List.copyOf(scanner.found);
  }

  private void line(int number, String line) {
    Matcher logLine = LOG_LINE.matcher(line);
    if (logLine.matches()) {
      begin(number, isError(logLine.group(1)), line);
      inLogLine = true;
    } else if (UNCAUGHT.matcher(line).matches()) {
      begin(number, true, line);
      inLogLine = false;
    } else if (!inLogLine && !currentIsError && FRAME.matcher(line).matches()) {
      begin(number, true, before);
      current.add(line);
    } else if (current.size() < MOST_LINES
        || (current.size() < MOST_CAUSES && line.startsWith("Caused by: "))) {
      current.add(line);
    }
    before = line;
  }

  private static boolean isError(String level) {
    return level.equals("ERROR") || level.equals("FATAL");
  }

  private void begin(int number, boolean error, String line) {
    end();
    currentLine = number;
    currentIsError = error;
    current.add(line);
  }

  private void end() {
    if (currentIsError) {
      found.add(new LoggedError(process, file, currentLine, current));
    }
    current.clear();
    currentIsError = false;
  }
}
