package org.millrace.runner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.runner.state.StateBench.pair;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.Optional;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.function.Function4;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.Time;
import org.millrace.runner.state.NaiveState.Batch;
import org.millrace.runner.state.NaiveState.Kind;
import org.millrace.runner.state.NaiveState.Outcome;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StateKind;
import org.millrace.runner.wire.proto.StateSpec;

/**
 * Random batches that go on, are repeated, fail, are cancelled and are rolled back, against {@link
 * NaiveState} over the history that counts.
 */
class StateModelTest {
  private static final int ROUNDS = 60;
  private static final int STEPS = 60;
  private static final long INTERVAL_MS = 10;

  static final Function3<Object, Optional<String>, State<String>, Object> MAPPING =
      (key, given, state) -> {
        if (state.isTimingOut()) {
          return key + "out" + state.get();
        }
        String value = given.get();
        refusePoison(value);
        if (value.equals("remove")) {
          state.remove();
        } else if (!value.equals("look")) {
          state.update(state.exists() ? state.get() + value : value);
        }
        return key + value + (state.exists() ? state.get() : null);
      };

  static final Function4<Time, Object, List<String>, Optional<String>, Optional<String>> UPDATE =
      (time, key, values, before) -> update(values, before);

  private static Optional<String> update(List<String> values, Optional<String> before) {
    values.forEach(StateModelTest::refusePoison);
    return values.contains("remove")
        ? Optional.empty()
        : Optional.of(before.orElse("") + String.join("", values));
  }

  static final Function2<
          Time,
          Iterator<Tuple3<Object, List<String>, Optional<String>>>,
          Iterator<Tuple2<Object, String>>>
      UPDATE_REVERSED =
          (time, keys) -> {
            List<Tuple2<Object, String>> pairs = new ArrayList<>();
            while (keys.hasNext()) {
              Tuple3<Object, List<String>, Optional<String>> key = keys.next();
              Optional<String> after = update(key._2(), key._3());
              if (after.isPresent()) {
                pairs.add(new Tuple2<>(key._1(), after.get()));
              }
            }
            Collections.reverse(pairs);
            return pairs.iterator();
          };

  static final Function2<String, String, String> CONCAT =
      (earlier, later) -> {
        refusePoison(later);
        return earlier.concat(later);
      };

  static final Function2<String, String, String> WITHOUT_PREFIX =
      (all, left) -> {
        assertThat(all).startsWith(left);
        return all.substring(left.length());
      };

  static final Function<Tuple2<Object, String>, Boolean> NOT_EMPTY = pair -> !pair._2().isEmpty();

  private static void refusePoison(String value) {
    if (value.contains("poison")) {
      throw new ArithmeticException("poison");
    }
  }

  /** An operation and its meaning. */
  record Subject(
      String name, StateSpec.Builder spec, List<Object> functions, NaiveState naive, Input input) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** How the pairs of a batch are arranged. */
  enum Input {
    PAIRS,
    REDUCED,
    GROUPED
  }

  static Stream<Subject> subjects() {
    return Stream.of(
        mapping(-1),
        mapping(15),
        mapping(40),
        new Subject(
            "update by key",
            StateSpec.newBuilder().setKind(StateKind.UPDATE_BY_KEY),
            List.of(UPDATE),
            NaiveState.updating(false),
            Input.GROUPED),
        new Subject(
            "update partition",
            StateSpec.newBuilder().setKind(StateKind.UPDATE_PARTITION),
            List.of(UPDATE_REVERSED),
            NaiveState.updating(true),
            Input.GROUPED),
        window(Kind.INVERSE, 10, 3),
        window(Kind.INVERSE, 30, 2),
        window(Kind.FILTERED, 10, 4),
        window(Kind.FILTERED, 20, 3),
        window(Kind.REDUCED, 10, 1),
        window(Kind.REDUCED, 10, 5),
        window(Kind.REDUCED, 30, 3),
        window(Kind.GROUPED, 10, 4),
        window(Kind.GROUPED, 20, 3));
  }

  private static Subject mapping(long timeoutMs) {
    return new Subject(
        "map with state, timeout " + timeoutMs,
        StateSpec.newBuilder()
            .setKind(StateKind.MAP_WITH_STATE)
            .setAlwaysEmits(true)
            .setTimeoutMs(timeoutMs),
        List.of(MAPPING),
        NaiveState.mapping(timeoutMs),
        Input.PAIRS);
  }

  private static Subject window(Kind kind, long paneMs, int panes) {
    boolean inverse = kind == Kind.INVERSE || kind == Kind.FILTERED;
    return new Subject(
        kind + " window of " + panes + " panes of " + paneMs,
        StateSpec.newBuilder()
            .setKind(kind == Kind.GROUPED ? StateKind.WINDOW_GROUP : StateKind.WINDOW_REDUCE)
            .setInverse(inverse ? 1 : -1)
            .setFilter(kind == Kind.FILTERED ? 2 : -1)
            .setPaneMs(paneMs)
            .setPanes(panes),
        List.of(CONCAT, WITHOUT_PREFIX, NOT_EMPTY),
        NaiveState.window(kind, paneMs, panes),
        kind == Kind.GROUPED ? Input.GROUPED : Input.REDUCED);
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void isWhatTheBatchesThatCountMake(Subject subject) throws Exception {
    for (long seed = 1; seed <= ROUNDS; seed++) {
      try {
        new Run(subject, seed).steps();
      } catch (Exception | AssertionError e) {
        throw new AssertionError(subject + ", seed " + seed, e);
      }
    }
  }

  private static final class Run {
    private final Subject subject;
    private final SplittableRandom random;
    private final StateBench bench;
    private final List<Tuple2<Object, Object>> initial = new ArrayList<>();
    private final List<Batch> history = new ArrayList<>();
    private long committedMs = -1;
    private int nextValue;

    Run(Subject subject, long seed) {
      this.subject = subject;
      this.random = new SplittableRandom(seed);
      this.bench =
          new StateBench(
              1 + random.nextInt(6), subject.spec(), subject.functions().toArray(Object[]::new));
    }

    void steps() throws Exception {
      startAnew();
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(12)) {
          case 0 -> check();
          case 1, 2 -> failOrCancel();
          case 3 -> rollBack();
          case 4 ->
              committedMs =
                  Math.max(committedMs, history.get(random.nextInt(history.size())).timeMs());
          case 5 -> {
            if (random.nextInt(6) == 0) {
              startAnew();
            }
          }
          default -> append(laterThan(last().timeMs()));
        }
        check();
      }
      bench.store.close();
      assertThat(bench.heldBytes()).isZero();
    }

    private List<Tuple2<Object, Object>> pairs() {
      List<Tuple2<Object, Object>> pairs = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        Object key = random.nextInt(8) == 0 ? null : "k" + random.nextInt(7);
        int kind = subject.name().contains("window") ? 9 : random.nextInt(10);
        pairs.add(pair(key, kind == 0 ? "remove" : kind == 1 ? "look" : (nextValue++) + "."));
      }
      return pairs;
    }

    private List<Object> arranged(List<Tuple2<Object, Object>> pairs) {
      if (subject.input() == Input.PAIRS) {
        return new ArrayList<>(pairs);
      }
      List<Object> arranged = new ArrayList<>();
      NaiveState.grouped(pairs)
          .forEach(
              (key, values) ->
                  arranged.add(
                      pair(
                          key,
                          subject.input() == Input.GROUPED
                              ? values
                              : String.join("", values.toArray(String[]::new)))));
      return arranged;
    }

    private long previousMs() {
      return history.size() == 1 ? -1 : history.get(history.size() - 2).timeMs();
    }

    private Batch last() {
      return history.get(history.size() - 1);
    }

    private long laterThan(long timeMs) {
      int batches = random.nextInt(5) == 0 ? 1 + random.nextInt(9) : 1;
      return timeMs + batches * INTERVAL_MS;
    }

    private void startAnew() throws Exception {
      initial.clear();
      boolean hasInitial = !subject.name().contains("window") && random.nextBoolean();
      if (hasInitial) {
        pairs().forEach(pair -> initial.add(pair(pair._1(), "i")));
      }
      long timeMs = history.isEmpty() ? INTERVAL_MS : laterThan(last().timeMs());
      history.clear();
      history.add(new Batch(timeMs, pairs()));
      run(bench.input(timeMs, -1, committedMs), hasInitial ? initial : null);
    }

    private void append(long timeMs) throws Exception {
      long previousMs = last().timeMs();
      history.add(new Batch(timeMs, pairs()));
      run(bench.input(last().timeMs(), previousMs, committedMs), null);
    }

    /** Another batch takes the place of the last ones; its time is not one of theirs. */
    private void rollBack() throws Exception {
      List<Long> timesMs = history.stream().map(Batch::timeMs).toList();
      int kept = history.size();
      while (kept > 1 && history.get(kept - 1).timeMs() > committedMs && random.nextInt(3) > 0) {
        kept--;
      }
      if (kept < history.size()) {
        history.subList(kept, history.size()).clear();
        long previousMs = last().timeMs();
        long otherMs = laterThan(previousMs);
        while (timesMs.contains(otherMs)) {
          otherMs++;
        }
        for (int i = random.nextInt(3); i > 0; i--) {
          cancelWhileUndoing(otherMs, previousMs);
        }
        append(otherMs);
      }
    }

    private void cancelWhileUndoing(long timeMs, long previousMs) throws Exception {
      try (StateAttempt attempt =
          bench.open(bench.spec, bench.input(timeMs, previousMs, committedMs), 1)) {
        assertThat(attempt.hold(() -> {})).isTrue();
        for (int i = random.nextInt(8); i > 0 && attempt.need() == StateAttempt.Need.WORK; i--) {
          attempt.work();
        }
      }
    }

    private void run(StateInput input, List<?> first) throws Exception {
      Outcome expected = subject.naive().after(initial, history);
      assertThat(bench.run(bench.spec, input, first, arranged(last().pairs())))
          .isEqualTo(expected.results());
    }

    /** An attempt at the next batch, or at one that was, that ends somewhere on the way. */
    private void failOrCancel() throws Exception {
      long previousMs = last().timeMs();
      long timeMs = laterThan(previousMs);
      List<Tuple2<Object, Object>> pairs = pairs();
      if (random.nextBoolean()) {
        pairs.add(pair("k1", "poison"));
        pairs.add(pair("k1", "1"));
      }
      List<Object> arranged = arranged(pairs);
      int steps = random.nextInt(12);
      try (StateAttempt attempt =
          bench.open(bench.spec, bench.input(timeMs, previousMs, committedMs), 1)) {
        for (int i = 0; i < steps; i++) {
          switch (attempt.need()) {
            case HOLD -> assertThat(attempt.hold(() -> {})).isTrue();
            case WORK -> {
              attempt.work();
              if (attempt.need() == StateAttempt.Need.NOTHING) {
                history.add(new Batch(timeMs, pairs));
                return;
              }
            }
            case INPUT -> {
              if (arranged.isEmpty()) {
                attempt.ended();
              } else {
                attempt.accept(arranged.remove(0));
              }
            }
            default -> throw new AssertionError(attempt.need());
          }
        }
      } catch (ArithmeticException e) {
        assertThat(e).hasMessage("poison");
      }
    }

    /** What is there is given again, whatever input comes with it. */
    private void check() throws Exception {
      Outcome expected = subject.naive().after(initial, history);
      long versionMs = last().timeMs();
      long asIfCommittedMs = Math.min(committedMs, versionMs);
      for (int i = random.nextInt(2); i < 2; i++) {
        assertThat(
                bench.run(
                    bench.spec,
                    bench.input(versionMs, previousMs(), asIfCommittedMs),
                    null,
                    List.of(pair("no", "poison"))))
            .isEqualTo(expected.results());
        assertThat(bench.view(versionMs)).isEqualTo(expected.pairs());
      }
    }
  }
}
