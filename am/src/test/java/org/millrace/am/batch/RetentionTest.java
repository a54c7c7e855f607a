package org.millrace.am.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.WindowStreamNode;

/** Random streams over random batches against the definition of windows. */
class RetentionTest {
  private static final long ZERO_MS = 7_000;
  private static final int BATCHES = 60;

  @Test
  void noBatchAsksForInputThatWasGivenBackAndAllIsGivenBack() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      try {
        new Run(seed).run();
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError("seed " + seed, failure);
      }
    }
  }

  private static final class Run {
    private final SplittableRandom random;
    private final Streams streams = new Streams();
    private final List<StreamNode> made = new ArrayList<>();
    private final FakeKeptDatasets kept = new FakeKeptDatasets();
    private final Set<Long> givenBack = new HashSet<>();
    private final Set<Long> skipped = new HashSet<>();
    private final Map<StreamNode, Map<Long, List<Long>>> reference = new HashMap<>();

    Run(long seed) {
      random = new SplittableRandom(seed);
    }

    void run() throws Exception {
      made.add(streams.input());
      int count = 1 + random.nextInt(8);
      for (int i = 0; i < count; i++) {
        made.add(next(made.get(random.nextInt(made.size()))));
      }
      for (int i = 0; i <= random.nextInt(3); i++) {
        streams.output(made.get(random.nextInt(made.size())));
      }
      StreamGraph graph = streams.graph(Optional.empty());
      StreamRetention retention = new StreamRetention(graph);
      StreamEvaluator evaluator = new StreamEvaluator(graph, retention, kept);
      InputRelease release =
          new InputRelease(
              graph.inputs(),
              retention,
              cuts -> cuts.forEach(cut -> givenBack.addAll(SourceRecords.of(cut.dataset()))));
      Batch before = null;
      for (long number = 1; number <= BATCHES; number++) {
        Batch batch = batch(number, graph);
        release.onCut(batch);
        evaluator.begin(batch, before);
        for (Output output : batch.outputs) {
          List<Long> records = SourceRecords.of(evaluator.evaluate(output.parent(), batch.timeMs));
          assertThat(records).isEqualTo(records(output.parent(), batch.timeMs));
          assertThat(records).noneMatch(givenBack::contains);
        }
        batch.state = random.nextInt(10) == 0 ? State.SKIPPED : State.COMPLETED;
        if (batch.state == State.SKIPPED) {
          skipped.add(batch.timeMs);
          reference.values().forEach(times -> times.remove(batch.timeMs));
        }
        release.onEnded(batch.timeMs);
        before = batch;
      }
      long longestMs = retention.inputNeededMs(graph.inputs().get(0));
      assertThat((long) givenBack.size()).isEqualTo(BATCHES - longestMs / Streams.INTERVAL_MS);
      assertThat(kept.size()).isLessThanOrEqualTo((int) (made.size() * (longestMs / 1_000 + 1)));
    }

    private StreamNode next(StreamNode parent) {
      long slides = parent.slide().milliseconds() / Streams.INTERVAL_MS;
      if (random.nextInt(3) == 0) {
        return streams.map(parent);
      }
      return streams.window(
          parent, slides * (1 + random.nextInt(5)), slides * (1 + random.nextInt(3)));
    }

    private Batch batch(long number, StreamGraph graph) {
      return new Batch(
          ZERO_MS + number * Streams.INTERVAL_MS,
          new StreamTimes(ZERO_MS),
          List.of(new InputCut.Queued(0, new CollectionNode(List.of(List.of(number))))),
          graph.outputs(),
          0);
    }

    /** By the definition, from the beginning. */
    private List<Long> records(StreamNode stream, long timeMs) {
      List<Long> records = new ArrayList<>();
      if (timeMs <= ZERO_MS || (timeMs - ZERO_MS) % stream.slide().milliseconds() != 0) {
        return records;
      }
      if (stream.parents().isEmpty()) {
        if (!skipped.contains(timeMs)) {
          records.add((timeMs - ZERO_MS) / Streams.INTERVAL_MS);
        }
      } else if (stream instanceof WindowStreamNode window) {
        long fromMs = timeMs - window.windowDuration().milliseconds();
        for (long at = fromMs + Streams.INTERVAL_MS; at <= timeMs; at += Streams.INTERVAL_MS) {
          records.addAll(memo(window.parent(), at));
        }
      } else {
        records.addAll(memo(stream.parents().get(0), timeMs));
      }
      return records;
    }

    private List<Long> memo(StreamNode stream, long timeMs) {
      Map<Long, List<Long>> times = reference.computeIfAbsent(stream, any -> new HashMap<>());
      List<Long> known = times.get(timeMs);
      if (known == null) {
        known = records(stream, timeMs);
        times.put(timeMs, known);
      }
      return known;
    }
  }
}
