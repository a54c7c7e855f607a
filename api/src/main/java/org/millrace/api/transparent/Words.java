package org.millrace.api.transparent;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.millrace.api.function.FlatMapFunction;

/** See {@link Text#words()}. */
public record Words() implements FlatMapFunction<String, String>, Transparent {
  @Override
  public Iterator<String> call(String text) {
    List<String> words = new ArrayList<>();
    int length = text.length();
    int start = 0;
    while (start < length) {
      if (isSpace(text.charAt(start))) {
        start++;
        continue;
      }
      int end = start + 1;
      while (end < length && !isSpace(text.charAt(end))) {
        end++;
      }
      words.add(text.substring(start, end));
      start = end + 1;
    }
    return words.iterator();
  }

  /** Space, tab, line feed, vertical tab, form feed and carriage return. */
  public static boolean isSpace(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
