package org.millrace.api.graph;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.millrace.api.Optional;
import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function4;
import org.millrace.api.streaming.Time;

/**
 * What a {@link StateNode} does with the state of a partition and the pairs of a batch.
 *
 * <p>Keys of a partition keep the order in which they entered its state; a key that was removed and
 * comes again goes to the end. States and values are taken to be immutable: functions give new ones
 * and must not modify what they are given, which can be the state of a version to be gone back to.
 */
public sealed interface StateOperation {
  /** The pairs of a batch, placed by key and arranged as the operation reads them. */
  RddNode arranged(RddNode parent, Partitioner partitioner, String description);

  /** The program's functions inside it, which go to executors. */
  List<Object> functions();

  /**
   * Calls a function for each pair, in arrival order, then once for each key whose timeout has
   * passed. The results of a batch are what the function gives; nothing is done for other keys.
   *
   * @param function {@code Function3<K, Optional<V>, State<S>, M>}, each of whose results is a
   *     record, when {@code alwaysEmits}; else {@code Function4<Time, K, Optional<V>, State<S>,
   *     Optional<M>>}
   * @param timeoutMs a key times out in the first batch whose time is at least so much after that
   *     of the last batch that had a pair of it, or of the first batch for initial state; those
   *     whose time was up earlier come first, then those that entered earlier; -1 for never
   */
  record MapWithState(Serializable function, boolean alwaysEmits, long timeoutMs)
      implements StateOperation {
    /** Checks that the function is given. */
    public MapWithState {
      Objects.requireNonNull(function, "function");
    }

    @Override
    public RddNode arranged(RddNode parent, Partitioner partitioner, String description) {
      return StateArrangement.placed(parent, partitioner, description);
    }

    @Override
    public List<Object> functions() {
      return List.of(function);
    }
  }

  /**
   * Calls a function for each key that has state or values in the batch: first those with state, in
   * their order, then new ones as they arrived. An absent result removes the key. The result is all
   * pairs of key and state.
   */
  record UpdateByKey(
      Function4<Time, Object, List<Object>, Optional<Object>, Optional<Object>> function)
      implements StateOperation {
    /** Checks that the function is given. */
    public UpdateByKey {
      Objects.requireNonNull(function, "function");
    }

    @Override
    public RddNode arranged(RddNode parent, Partitioner partitioner, String description) {
      return new ShuffleNode(parent, partitioner, new Combining.Group(), description);
    }

    @Override
    public List<Object> functions() {
      return List.of(function);
    }
  }

  /**
   * Calls a function once for each partition, with an iterator over key, values of the batch and
   * state of each key as {@link UpdateByKey} has them; the pairs that it gives are the new state,
   * in that order. The result is all pairs of key and state.
   */
  record UpdatePartition(
      Function2<
              Time,
              Iterator<Tuple3<Object, List<Object>, Optional<Object>>>,
              Iterator<Tuple2<Object, Object>>>
          function)
      implements StateOperation {
    /** Checks that the function is given. */
    public UpdatePartition {
      Objects.requireNonNull(function, "function");
    }

    @Override
    public RddNode arranged(RddNode parent, Partitioner partitioner, String description) {
      return new ShuffleNode(parent, partitioner, new Combining.Group(), description);
    }

    @Override
    public List<Object> functions() {
      return List.of(function);
    }
  }

  /**
   * Keeps the values of the last {@code panes} panes of {@code paneMs} reduced by key. The pane of
   * batch time t is {@code ceil((t - zero) / paneMs)}; the window at t is its pane and the {@code
   * panes - 1} before it. In each batch what leaves the window goes first, then the batch's values
   * enter. The result is all keys of the window and their reduced values.
   *
   * @param reduce associative; takes the earlier value first
   * @param inverse takes a window's value and that of what left it; null keeps what is needed to
   *     reduce without one. With it a key stays until {@code filter} refuses it, without it until
   *     its last value left the window
   * @param filter {@code Function<Tuple2<K, V>, Boolean>}: when a pane is complete, after its last
   *     batch, keys with false are removed; null keeps all
   */
  record WindowReduce(
      Function2<Object, Object, Object> reduce,
      Function2<Object, Object, Object> inverse,
      org.millrace.api.function.Function<Object, Boolean> filter,
      long paneMs,
      int panes)
      implements StateOperation {
    /** Checks that there is a window. */
    public WindowReduce {
      Objects.requireNonNull(reduce, "reduce");
      StateArrangement.requireWindow(paneMs, panes);
    }

    @Override
    public RddNode arranged(RddNode parent, Partitioner partitioner, String description) {
      return new ShuffleNode(parent, partitioner, Combining.Combine.reduce(reduce), description);
    }

    @Override
    public List<Object> functions() {
      return StateArrangement.given(reduce, inverse, filter);
    }
  }

  /**
   * Keeps all values of the last {@code panes} panes by key, as {@link WindowReduce} has them. The
   * result is all keys of the window, each with an iterable over its values, the earliest first.
   */
  record WindowGroup(long paneMs, int panes) implements StateOperation {
    /** Checks that there is a window. */
    public WindowGroup {
      StateArrangement.requireWindow(paneMs, panes);
    }

    @Override
    public RddNode arranged(RddNode parent, Partitioner partitioner, String description) {
      return new ShuffleNode(parent, partitioner, new Combining.Group(), description);
    }

    @Override
    public List<Object> functions() {
      return List.of();
    }
  }
}
