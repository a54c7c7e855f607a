package org.millrace.api.transparent;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Fields of delimited text, one record a line, with quotes as in RFC 4180. */
public final class Csv {
  private Csv() {}

  /**
   * The field at {@code index}, counted from 0; empty when the record has fewer.
   *
   * <p>Fields are separated by {@code separator}. A field whose first character is a double quote
   * goes on, over separators, to the next double quote that is not followed by another; its value
   * is without these two, and two quotes in a row stand for one. What follows the closing quote up
   * to the separator belongs to the field as it is; without a closing quote the field ends with the
   * record. Nothing is trimmed.
   *
   * @param separator an ASCII character other than a double quote, a carriage return or a line feed
   * @throws MillraceException ILLEGAL_USE for another separator or a negative index
   */
  public static TextField field(int index, char separator) {
    return new Field(index, separator);
  }

  /** See {@link Csv#field}. */
  public record Field(int index, char separator) implements TextField {
    /** Checks both. */
    public Field {
      if (index < 0) {
        throw illegal("the index of a field is " + index + ", expected 0 or more");
      }
      if (separator > 0x7f || separator == '"' || separator == '\r' || separator == '\n') {
        throw illegal(
            "the separator is the character "
                + (int) separator
                + ", expected an ASCII character that is no quote and no end of line");
      }
    }

    private static MillraceException illegal(String why) {
      return new MillraceException(ErrorCode.ILLEGAL_USE, "Csv.field: " + why);
    }

    @Override
    public String call(String text) {
      int start = 0;
      for (int i = 0; i < index; i++) {
        int end = end(text, start);
        if (end == text.length()) {
          return "";
        }
        start = end + 1;
      }
      return value(text, start, end(text, start));
    }

    /** Where the field that begins at {@code start} ends: a separator, or the end of the text. */
    private int end(String text, int start) {
      int i = start;
      if (i < text.length() && text.charAt(i) == '"') {
        i = closingQuote(text, start) + 1;
      }
      while (i < text.length() && text.charAt(i) != separator) {
        i++;
      }
      return Math.min(i, text.length());
    }

    /** The quote that ends the field which begins with one; the length of the text without it. */
    private static int closingQuote(String text, int start) {
      int i = start + 1;
      while (i < text.length()) {
        if (text.charAt(i) == '"') {
          if (i + 1 == text.length() || text.charAt(i + 1) != '"') {
            return i;
          }
          i++;
        }
        i++;
      }
      return text.length();
    }

    private static String value(String text, int start, int end) {
      if (start == end || text.charAt(start) != '"') {
        return text.substring(start, end);
      }
      int quote = closingQuote(text, start);
      String inside = text.substring(start + 1, Math.min(quote, end)).replace("\"\"", "\"");
      return quote < end ? inside + text.substring(quote + 1, end) : inside;
    }
  }
}
