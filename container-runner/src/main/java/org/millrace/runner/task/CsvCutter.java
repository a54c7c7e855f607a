package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;
import org.millrace.api.transparent.Csv;
import org.millrace.api.transparent.TextField;

/** A field of delimited text, as {@link Csv#field} finds it. */
final class CsvCutter extends TextCutter {
  private Csv.Field field;
  private byte separator;

  @Override
  void use(TextField given, TextCutter unused, TextCutter unusedToo) {
    field = (Csv.Field) given;
    separator = (byte) field.separator();
  }

  @Override
  void cut(byte[] text, int start, int end) {
    int at = start;
    for (int left = field.index(); ; left--) {
      if (at < end && text[at] == '"') {
        cutQuoted(text, start, end);
        return;
      }
      int next = ByteSearch.indexOf(text, at, end, separator);
      if (left == 0) {
        found(text, at, next < 0 ? end : next);
        return;
      } else if (next < 0) {
        found(text, end, end);
        return;
      }
      at = next + 1;
    }
  }

  /** Quotes, which are rare, are left to the function itself. */
  private void cutQuoted(byte[] text, int start, int end) {
    String value = field.call(new String(text, start, end - start, StandardCharsets.UTF_8));
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    found(utf8, 0, utf8.length);
  }
}
