package org.millrace.runner.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.runner.state.StateBench.pair;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.Tuple2;
import org.millrace.runner.state.NaiveState.Batch;
import org.millrace.runner.state.NaiveState.Outcome;
import org.millrace.runner.state.StateModelTest.Input;
import org.millrace.runner.state.StateModelTest.Subject;

/**
 * Captures under random batches, failures and rollbacks, written bit by bit meanwhile, some given
 * up; then the partition is lost and restored from what was written, against {@link NaiveState}.
 */
class CaptureModelTest {
  private static final int ROUNDS = 40;
  private static final int STEPS = 80;
  private static final long INTERVAL_MS = 10;

  static Stream<Subject> subjects() {
    return StateModelTest.subjects();
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void aRestoredPartitionIsWhatItWasAtTheVersion(Subject subject) throws Exception {
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
    private final List<Batch> history = new ArrayList<>();
    private int nextValue;
    private long committedMs = -1;

    /** What is durable: a base and deltas, and the version of the last one. */
    private final List<ItemList> chain = new ArrayList<>();

    private long chainMs = -1;
    private StateCapture capture;
    private ItemList items;

    Run(Subject subject, long seed) {
      this.subject = subject;
      this.random = new SplittableRandom(seed);
      this.bench =
          new StateBench(
              1 + random.nextInt(6), subject.spec(), subject.functions().toArray(Object[]::new));
    }

    void steps() throws Exception {
      history.add(new Batch(INTERVAL_MS, pairs()));
      run(-1);
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(14)) {
          case 0 -> fail();
          case 1 -> rollBack();
          case 2, 3 -> commit();
          case 4, 5 -> beginCapture();
          case 6, 7, 8 -> writeSome(1 + random.nextInt(4));
          case 9 -> {
            if (random.nextInt(4) == 0) {
              crash();
            }
          }
          default -> append();
        }
      }
      commit();
      beginCapture();
      while (capture != null) {
        writeSome(3);
      }
      crash();
      append();
      bench.store.close();
      assertThat(bench.heldBytes()).isZero();
    }

    private List<Tuple2<Object, Object>> pairs() {
      List<Tuple2<Object, Object>> pairs = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        Object key = random.nextInt(8) == 0 ? null : "k" + random.nextInt(9);
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

    private Batch last() {
      return history.get(history.size() - 1);
    }

    private long laterThan(long timeMs) {
      int batches = random.nextInt(5) == 0 ? 1 + random.nextInt(9) : 1;
      return timeMs + batches * INTERVAL_MS;
    }

    private void append() throws Exception {
      long previousMs = last().timeMs();
      history.add(new Batch(laterThan(previousMs), pairs()));
      run(previousMs);
    }

    /** Runs the last batch; a capture is written a bit while it runs. */
    private void run(long previousMs) throws Exception {
      Outcome expected = subject.naive().after(List.of(), history);
      try (StateAttempt attempt =
          bench.open(bench.spec, bench.input(last().timeMs(), previousMs, committedMs), 1)) {
        assertThat(bench.toInput(attempt, null)).isTrue();
        meddle();
        bench.toEnd(attempt, arranged(last().pairs()));
        meddle();
        assertThat(StateBench.read(attempt)).isEqualTo(expected.results());
      }
      assertThat(bench.view(last().timeMs())).isEqualTo(expected.pairs());
    }

    private void meddle() {
      switch (random.nextInt(6)) {
        case 0 -> writeSome(1 + random.nextInt(3));
        case 1 -> beginCapture();
        default -> {}
      }
    }

    private void fail() {
      long previousMs = last().timeMs();
      List<Tuple2<Object, Object>> pairs = pairs();
      pairs.add(pair("k1", "poison"));
      pairs.add(pair("k1", "1"));
      try (StateAttempt attempt =
          bench.open(bench.spec, bench.input(laterThan(previousMs), previousMs, committedMs), 1)) {
        if (bench.toInput(attempt, null)) {
          List<Object> arranged = arranged(pairs);
          int some = random.nextInt(arranged.size() + 1);
          for (Object pair : arranged.subList(0, some)) {
            attempt.accept(pair);
          }
          meddle();
        }
      } catch (Exception e) {
        assertThat(e).hasMessage("poison");
      }
    }

    private void rollBack() throws Exception {
      int kept = history.size();
      while (kept > 1 && history.get(kept - 1).timeMs() > committedMs && random.nextInt(3) > 0) {
        kept--;
      }
      if (kept < history.size()) {
        long otherMs = laterThan(last().timeMs());
        history.subList(kept, history.size()).clear();
        long previousMs = last().timeMs();
        history.add(new Batch(otherMs, pairs()));
        run(previousMs);
      }
    }

    /** Any version may be committed; tasks tell the partition later. */
    private void commit() {
      int newest = history.size() - 1 - random.nextInt(Math.min(3, history.size()));
      committedMs = Math.max(committedMs, history.get(newest).timeMs());
    }

    private void beginCapture() {
      if (capture != null || committedMs <= chainMs) {
        return;
      }
      long continuesMs = random.nextInt(5) == 0 ? -1 : chainMs;
      capture = bench.store.capture(StateBench.STATE, 0, committedMs, continuesMs);
      items = new ItemList();
    }

    private void writeSome(int limit) {
      if (capture == null) {
        return;
      }
      if (random.nextInt(12) == 0) {
        capture.giveUp();
        capture = null;
        return;
      }
      StateCapture.Progress progress = capture.write(items, limit, () -> {});
      if (progress == StateCapture.Progress.END) {
        if (random.nextInt(8) == 0) {
          capture.giveUp();
        } else {
          if (!capture.isDelta()) {
            chain.clear();
          }
          chain.add(items);
          chainMs = capture.versionMs();
          capture.isWritten();
        }
        capture = null;
      }
    }

    /** The partition is lost and comes back as it was at the last capture that was written. */
    private void crash() throws Exception {
      if (chain.isEmpty()) {
        return;
      }
      if (capture != null) {
        capture.giveUp();
        capture = null;
      }
      bench.release();
      assertThat(bench.heldBytes()).isZero();
      StateImage image = new StateImage(Operations.form(bench.spec));
      chain.forEach(each -> image.read(each.source()));
      while (last().timeMs() > chainMs) {
        history.remove(history.size() - 1);
      }
      if (random.nextInt(4) == 0) {
        bench.store.restore(StateBench.STATE, 0, chainMs, List.of(image), key -> true, () -> true);
      } else {
        bench.store.restore(StateBench.STATE, 0, chainMs, image, () -> true);
      }
      committedMs = chainMs;
      assertThat(bench.view(chainMs)).isEqualTo(subject.naive().after(List.of(), history).pairs());
      append();
    }
  }
}
