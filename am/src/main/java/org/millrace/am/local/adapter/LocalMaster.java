package org.millrace.am.local.adapter;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Reads {@code local}, {@code local[n]} and {@code local[*]}. */
final class LocalMaster {
  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\*|\\d{1,4})\\])?");

  private LocalMaster() {}

  static boolean matches(String master) {
    return master.equals("local") || master.startsWith("local[");
  }

  /** Number of slots. */
  static int slots(String master) {
    Matcher matcher = LOCAL.matcher(master);
    OptionalInt slots =
        !matcher.matches()
            ? OptionalInt.empty()
            : matcher.group(1) == null
                ? OptionalInt.of(1)
                : matcher.group(1).equals("*")
                    ? OptionalInt.of(Runtime.getRuntime().availableProcessors())
                    : OptionalInt.of(Integer.parseInt(matcher.group(1)));
    return slots.stream()
        .filter(number -> number > 0)
        .findFirst()
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.INVALID_CONFIGURATION_VALUE,
                    "millrace.master is '"
                        + master
                        + "': expected local, local[n] with n of 1 or more, local[*] or yarn"));
  }
}
