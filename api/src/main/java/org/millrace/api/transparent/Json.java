package org.millrace.api.transparent;

import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Fields of records that are one JSON object each. */
public final class Json {
  private Json() {}

  /**
   * The value of the first member called {@code name}, in the order of the text, also inside nested
   * objects; empty when there is none, or its value is {@code null}.
   *
   * <p>The value of a string is its content with escapes resolved; half of a surrogate pair becomes
   * U+FFFD and an escape that JSON does not know stays as it is. A number, {@code true} or {@code
   * false} is as it stands in the text. An object or array is its text from bracket to bracket. A
   * value whose end is missing is empty.
   *
   * <p>The text is searched, not checked: a text that is no JSON is no error. What is searched for
   * is {@code "name"}, its first quote not after a backslash, then white space or none, then a
   * colon; in valid JSON this can be nothing but the name of a member.
   *
   * @param name of at least one character, without quotes, backslashes and control characters, and
   *     not beginning with a space or one of {@code , : [ ] { }}
   * @throws MillraceException ILLEGAL_USE for another name
   */
  public static TextField field(String name) {
    return new Field(name);
  }

  /** See {@link Json#field}. */
  public record Field(String name) implements TextField {
    private static final String NOT_FIRST = " ,:[]{}";

    /** Checks the name. */
    public Field {
      Objects.requireNonNull(name, "name");
      if (name.isEmpty()
          || NOT_FIRST.indexOf(name.charAt(0)) >= 0
          || name.chars().anyMatch(c -> c < ' ' || c == '"' || c == '\\')) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "Json.field: the name is '"
                + name
                + "', expected at least one character, no quotes, backslashes and control"
                + " characters, and none of ' ,:[]{}' at its beginning; read such a field with a"
                + " function of your own");
      }
    }

    @Override
    public String call(String text) {
      int value = JsonText.value(text, name);
      return value < 0 ? "" : JsonText.read(text, value);
    }
  }
}
