package org.millrace.api.streaming;

import java.io.Serializable;
import java.util.Objects;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.Partitioner;
import org.millrace.api.RDD;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function3;
import org.millrace.api.function.Function4;
import org.millrace.api.graph.StateOperation;

/**
 * What {@link PairDStream#mapWithState} does with keys, their values and their state.
 *
 * <p>The methods change this object and return it.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 * @param <S> type of the state
 * @param <M> type of the results
 */
public final class StateSpec<K, V, S, M> {
  private final Serializable function;
  private final boolean alwaysEmits;
  private Optional<PairRDD<K, S>> initialState = Optional.empty();
  private Optional<Placement> placement = Optional.empty();
  private long timeoutMs = -1;

  private StateSpec(Serializable function, boolean alwaysEmits) {
    this.function = Objects.requireNonNull(function, "the function is null");
    this.alwaysEmits = alwaysEmits;
  }

  /**
   * Calls a function for each pair, and gives what it returns.
   *
   * @param f takes the key, the value, which is absent only when the key times out, and the key's
   *     state
   */
  public static <K, V, S, M> StateSpec<K, V, S, M> function(
      Function3<K, Optional<V>, State<S>, M> f) {
    return new StateSpec<>(f, true);
  }

  /**
   * Calls a function for each pair, and gives what it returns when that is present.
   *
   * @param f takes the batch time, the key, the value, which is absent only when the key times out,
   *     and the key's state
   */
  public static <K, V, S, M> StateSpec<K, V, S, M> function(
      Function4<Time, K, Optional<V>, State<S>, Optional<M>> f) {
    return new StateSpec<>(f, false);
  }

  /** State to begin with; of several pairs with one key the last one counts. */
  public StateSpec<K, V, S, M> initialState(PairRDD<K, S> pairs) {
    initialState = Optional.of(pairs);
    return this;
  }

  /** State to begin with; of several pairs with one key the last one counts. */
  public StateSpec<K, V, S, M> initialState(RDD<Tuple2<K, S>> pairs) {
    return initialState(PairRDD.fromRDD(pairs));
  }

  /** Places keys by hash code into so many partitions. */
  public StateSpec<K, V, S, M> numPartitions(int numPartitions) {
    placement = Optional.of(Placement.into(numPartitions));
    return this;
  }

  /** Places keys by a partitioner. */
  public StateSpec<K, V, S, M> partitioner(Partitioner partitioner) {
    placement = Optional.of(Placement.by(partitioner));
    return this;
  }

  /**
   * Removes the state of keys that have been idle. In the first batch that is at least {@code
   * idleDuration} after the last one that had a pair of the key (or after the first one, for
   * initial state), and in which the key has none, the function is called once more for the key,
   * without a value and with {@link State#isTimingOut}; then its state is gone.
   *
   * @throws MillraceException ILLEGAL_USE when the duration is not positive
   */
  public StateSpec<K, V, S, M> timeout(Duration idleDuration) {
    if (idleDuration.milliseconds() <= 0) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a timeout of " + idleDuration + " for state; give a duration of at least 1 ms");
    }
    timeoutMs = idleDuration.milliseconds();
    return this;
  }

  StateOperation operation() {
    return new StateOperation.MapWithState(function, alwaysEmits, timeoutMs);
  }

  Optional<PairRDD<K, S>> initialState() {
    return initialState;
  }

  Placement placement(StreamingContext context) {
    return placement.isPresent() ? placement.get() : Placement.byDefault(context);
  }
}
