package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;

/** Combines values into a list in arrival order. */
final class Grouping {
  static final Function<Object, Object> CREATE =
      value -> {
        List<Object> values = new ArrayList<>(4);
        values.add(value);
        return values;
      };

  @SuppressWarnings("unchecked") // made by CREATE
  static final Function2<Object, Object, Object> APPEND =
      (values, value) -> {
        ((List<Object>) values).add(value);
        return values;
      };

  private Grouping() {}
}
