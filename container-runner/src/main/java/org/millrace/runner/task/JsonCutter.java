package org.millrace.runner.task;

import java.nio.charset.StandardCharsets;
import org.millrace.api.transparent.Json;
import org.millrace.api.transparent.TextField;

/** A member of a JSON text, as {@link Json#field} finds it. */
final class JsonCutter extends TextCutter {
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private Json.Field field;
  private byte[] quotedName;

  @Override
  void use(TextField given, TextCutter unused, TextCutter unusedToo) {
    field = (Json.Field) given;
    quotedName = ('"' + field.name() + '"').getBytes(StandardCharsets.UTF_8);
  }

  @Override
  void cut(byte[] text, int start, int end) {
    int at = ByteSearch.indexOf(text, start, end, quotedName);
    while (at >= 0) {
      int colon = afterSpace(text, at + quotedName.length, end);
      if (colon < end && text[colon] == ':' && (at == start || text[at - 1] != '\\')) {
        read(text, start, afterSpace(text, colon + 1, end), end);
        return;
      }
      at = ByteSearch.indexOf(text, at + 1, end, quotedName);
    }
    found(text, end, end);
  }

  private static int afterSpace(byte[] text, int from, int end) {
    int i = from;
    while (i < end && isSpace(text[i])) {
      i++;
    }
    return i;
  }

  private static boolean isSpace(byte c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private void read(byte[] text, int start, int value, int end) {
    byte kind = value < end ? text[value] : 0;
    if (kind == '"') {
      int quote = ByteSearch.quoteOrBackslash(text, value + 1, end);
      if (quote < end && text[quote] == '"') {
        found(text, value + 1, quote);
      } else if (quote == end) {
        found(text, end, end);
      } else {
        readAsString(text, start, end);
      }
    } else if (kind == '{' || kind == '[') {
      readAsString(text, start, end);
    } else {
      readLiteral(text, value, end);
    }
  }

  private void readLiteral(byte[] text, int value, int end) {
    int i = value;
    while (i < end && text[i] != ',' && text[i] != '}' && text[i] != ']' && !isSpace(text[i])) {
      i++;
    }
    boolean isNull = i - value == NULL.length && ByteSearch.isAt(text, value, i, NULL);
    found(text, isNull ? i : value, i);
  }

  /** Escapes and nested values, which are rare, are left to the function itself. */
  private void readAsString(byte[] text, int start, int end) {
    String value = field.call(new String(text, start, end - start, StandardCharsets.UTF_8));
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    found(utf8, 0, utf8.length);
  }
}
