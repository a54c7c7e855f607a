package org.millrace.checkpoint.log;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of epochs, as docs/format/event-log.md gives them. */
final class LogNames {

  private static final Pattern EPOCH = Pattern.compile("epoch-(\\d{6,18})(\\..*)?");

  private LogNames() {}

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
