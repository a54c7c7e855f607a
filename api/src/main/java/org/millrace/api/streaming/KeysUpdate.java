package org.millrace.api.streaming;

import java.util.Iterator;
import java.util.List;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;

/** Updates the state of all keys of a partition without regard to the batch time. */
record KeysUpdate(
    Function<
            Iterator<Tuple3<Object, List<Object>, Optional<Object>>>,
            Iterator<Tuple2<Object, Object>>>
        function)
    implements Function2<
        Time,
        Iterator<Tuple3<Object, List<Object>, Optional<Object>>>,
        Iterator<Tuple2<Object, Object>>> {
  @Override
  public Iterator<Tuple2<Object, Object>> call(
      Time batchTime, Iterator<Tuple3<Object, List<Object>, Optional<Object>>> keys)
      throws Exception {
    return function.call(keys);
  }
}
