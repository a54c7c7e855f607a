package org.millrace.api.streaming;

import java.util.List;
import org.millrace.api.Optional;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function4;

/** Updates a key's state by its values and its state alone. */
record ValuesUpdate(Function2<List<Object>, Optional<Object>, Optional<Object>> function)
    implements Function4<Time, Object, List<Object>, Optional<Object>, Optional<Object>> {
  @Override
  public Optional<Object> call(
      Time batchTime, Object key, List<Object> values, Optional<Object> state) throws Exception {
    return function.call(values, state);
  }
}
