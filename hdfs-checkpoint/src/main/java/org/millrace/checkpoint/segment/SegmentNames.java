package org.millrace.checkpoint.segment;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of segment files: {@code segment-000000.log}, with at least six digits. */
final class SegmentNames {

  private static final Pattern SEGMENT = Pattern.compile("segment-(\\d{6,9})\\.log");

  private SegmentNames() {}

  static String segment(int number) {
    return "segment-%06d.log".formatted(number);
  }

  static OptionalInt segmentNumber(String name) {
    Matcher matcher = SEGMENT.matcher(name);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }
}
