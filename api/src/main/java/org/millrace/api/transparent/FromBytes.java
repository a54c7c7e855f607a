package org.millrace.api.transparent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.millrace.api.function.FlatMapFunction;

/**
 * See {@link Text#fromBytes}.
 *
 * @param <T> type of the records
 */
public record FromBytes<T>(TextBytes<T> function)
    implements FlatMapFunction<T, String>, Transparent {
  /** Checks that the function is given. */
  public FromBytes {
    Objects.requireNonNull(function, "function");
  }

  @Override
  public Iterator<String> call(T record) throws Exception {
    List<String> texts = new ArrayList<>();
    function.give(
        record,
        (bytes, from, to) -> texts.add(new String(bytes, from, to - from, StandardCharsets.UTF_8)));
    return texts.iterator();
  }
}
