package org.millrace.api.transparent;

/** Reads values of members out of JSON text, as {@link Json#field} describes it. */
final class JsonText {
  private JsonText() {}

  /** Where the value of the first member of this name begins; -1 when there is none. */
  static int value(String text, String name) {
    String quoted = '"' + name + '"';
    for (int at = text.indexOf(quoted); at >= 0; at = text.indexOf(quoted, at + 1)) {
      int colon = afterSpace(text, at + quoted.length());
      if (colon < text.length() && text.charAt(colon) == ':' && !afterBackslash(text, at)) {
        return afterSpace(text, colon + 1);
      }
    }
    return -1;
  }

  private static boolean afterBackslash(String text, int at) {
    return at > 0 && text.charAt(at - 1) == '\\';
  }

  private static int afterSpace(String text, int from) {
    int i = from;
    while (i < text.length() && isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  /** The value that begins at {@code start}. */
  static String read(String text, int start) {
    if (start == text.length()) {
      return "";
    }
    char first = text.charAt(start);
    if (first == '"') {
      int end = closingQuote(text, start);
      return end < 0 ? "" : unescaped(text.substring(start + 1, end));
    } else if (first == '{' || first == '[') {
      int end = closingBracket(text, start);
      return end < 0 ? "" : text.substring(start, end + 1);
    }
    int end = start;
    while (end < text.length() && !endsLiteral(text.charAt(end))) {
      end++;
    }
    String literal = text.substring(start, end);
    return literal.equals("null") ? "" : literal;
  }

  private static boolean endsLiteral(char c) {
    return c == ',' || c == '}' || c == ']' || isSpace(c);
  }

  private static int closingQuote(String text, int start) {
    for (int i = start + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        return i;
      } else if (c == '\\') {
        i++;
      }
    }
    return -1;
  }

  private static int closingBracket(String text, int start) {
    int depth = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        i = closingQuote(text, i);
        if (i < 0) {
          return -1;
        }
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        return i;
      }
    }
    return -1;
  }

  private static String unescaped(String content) {
    if (content.indexOf('\\') < 0) {
      return content;
    }
    StringBuilder result = new StringBuilder(content.length());
    int i = 0;
    while (i < content.length()) {
      char c = content.charAt(i);
      if (c != '\\') {
        result.append(c);
        i++;
      } else {
        i = appendEscape(content, i, result);
      }
    }
    replaceHalves(result);
    return result.toString();
  }

  /** Appends what the escape at {@code at} stands for and returns where it ends. */
  private static int appendEscape(String content, int at, StringBuilder result) {
    char kind = at + 1 < content.length() ? content.charAt(at + 1) : 0;
    switch (kind) {
      case '"', '\\', '/' -> result.append(kind);
      case 'b' -> result.append('\b');
      case 'f' -> result.append('\f');
      case 'n' -> result.append('\n');
      case 'r' -> result.append('\r');
      case 't' -> result.append('\t');
      case 'u' -> {
        int code = hexadecimal(content, at + 2);
        if (code >= 0) {
          result.append((char) code);
          return at + 6;
        }
        result.append("\\u");
      }
      default -> {
        result.append('\\');
        return at + 1;
      }
    }
    return at + 2;
  }

  private static int hexadecimal(String content, int at) {
    if (at + 4 > content.length()) {
      return -1;
    }
    int code = 0;
    for (int i = at; i < at + 4; i++) {
      char c = content.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      code = 16 * code + digit;
    }
    return code;
  }

  private static void replaceHalves(StringBuilder text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        text.setCharAt(i, '\uFFFD');
      }
    }
  }
}
