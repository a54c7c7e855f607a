package org.millrace.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;

/** The functions of folds and aggregations, by partition and by key. */
final class Aggregation {
  private Aggregation() {}

  /** A partition's records folded into a copy of the zero value. */
  record OfPartition<T, U>(ZeroValue<U> zero, Function2<U, T, U> seqOp)
      implements Function<Iterator<T>, U> {
    @Override
    public U call(Iterator<T> records) throws Exception {
      U result = zero.copy(seqOp);
      while (records.hasNext()) {
        result = seqOp.call(result, records.next());
      }
      return result;
    }
  }

  /** {@link OfPartition} as the only record of its partition. */
  record ToOne<T, U>(OfPartition<T, U> aggregation) implements FlatMapFunction<Iterator<T>, U> {
    @Override
    public Iterator<U> call(Iterator<T> records) throws Exception {
      List<U> one = new ArrayList<>();
      one.add(aggregation.call(records));
      return one.iterator();
    }
  }

  /** A partition's records reduced to one; none for none. */
  record Reduced<T>(Function2<T, T, T> f) implements FlatMapFunction<Iterator<T>, T> {
    @Override
    public Iterator<T> call(Iterator<T> records) throws Exception {
      List<T> one = new ArrayList<>();
      if (records.hasNext()) {
        T result = records.next();
        while (records.hasNext()) {
          result = f.call(result, records.next());
        }
        one.add(result);
      }
      return one.iterator();
    }
  }

  /** The first value of a key folded into a copy of the zero value. */
  record FirstValue<V, U>(ZeroValue<U> zero, Function2<U, V, U> seqOp) implements Function<V, U> {
    @Override
    public U call(V value) throws Exception {
      return seqOp.call(zero.copy(seqOp), value);
    }
  }

  /** Folds results in the driver, in order. */
  static <U> U merge(String action, U first, List<U> others, Function2<U, U, U> f) {
    return inDriver(
        action,
        () -> {
          U result = first;
          for (U other : others) {
            result = f.call(result, other);
          }
          return result;
        });
  }

  /** Calls a function of the program in the driver. */
  static <R> R inDriver(String action, Callable<R> work) {
    try {
      return work.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.TASK_FAILED,
          "the function of " + action + " failed in the driver: " + e + "; see the cause",
          e);
    }
  }
}
