package org.millrace.api.transparent;

import org.millrace.api.function.FlatMapFunction;

/**
 * Functions over strings, for {@code map}, {@code filter}, {@code flatMap} and {@code mapToPair}.
 *
 * <pre>
 *   lines.flatMap(Text.words()).countByValue()
 *   lines.filter(Text.contains("ERROR"))
 *   lines.mapToPair(Text.all().paired(Csv.field(2, ',').asLong(0)))
 * </pre>
 *
 * <p>An engine may run them on bytes (see {@link Transparent}); they mean the same on any stream or
 * dataset of strings.
 */
public final class Text {
  private static final Words WORDS = new Words();
  private static final TextField.All ALL = new TextField.All();

  private Text() {}

  /**
   * The words of a text in order: the longest runs of characters other than space, tab, line feed,
   * vertical tab, form feed and carriage return. None is empty; other Unicode white space belongs
   * to words.
   */
  public static FlatMapFunction<String, String> words() {
    return WORDS;
  }

  /**
   * The texts that a function gives as bytes, for {@code flatMap}: what comes as frames, messages
   * or files of text need not be made strings before it is split and filtered.
   *
   * @param <T> type of the records
   */
  public static <T> FlatMapFunction<T, String> fromBytes(TextBytes<T> function) {
    return new FromBytes<>(function);
  }

  /** The whole text. */
  public static TextField all() {
    return ALL;
  }

  /** True for a text in which {@code part} occurs; any text contains the empty one. */
  public static TextPredicate contains(String part) {
    return ALL.contains(part);
  }

  /** True for a text that begins with {@code prefix}. */
  public static TextPredicate startsWith(String prefix) {
    return ALL.startsWith(prefix);
  }

  /** True for a text that ends with {@code suffix}. */
  public static TextPredicate endsWith(String suffix) {
    return ALL.endsWith(suffix);
  }

  /** True for a text that equals {@code value}. */
  public static TextPredicate is(String value) {
    return ALL.is(value);
  }
}
