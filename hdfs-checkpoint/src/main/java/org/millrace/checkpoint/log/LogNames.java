package org.millrace.checkpoint.log;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of epochs and segments, as docs/format/event-log.md gives them. */
final class LogNames {

  private static final Pattern SEGMENT = Pattern.compile("segment-(\\d{6,9})\\.log");
  private static final Pattern EPOCH = Pattern.compile("epoch-(\\d{6,18})(\\..*)?");

  private LogNames() {}

  static String segment(int number) {
    return "segment-%06d.log".formatted(number);
  }

  static OptionalInt segmentNumber(String name) {
    Matcher matcher = SEGMENT.matcher(name);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  static String epoch(long epoch) {
    return "epoch-%06d".formatted(epoch);
  }

  static String claim(long epoch) {
    return epoch(epoch) + ".claim";
  }

  static OptionalLong epochNumber(String name) {
    Matcher matcher = EPOCH.matcher(name);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }
}
