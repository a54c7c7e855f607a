package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.Operator;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.proto.ConcatPiece;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.StoredInput;
import org.millrace.runner.wire.proto.StoredPartition;
import org.millrace.runner.wire.proto.TaskInput;

/** Random small trees of pipes and inputs against a direct interpretation of what they say. */
class RandomPipesTest {
  private static final int ROUNDS = 60;
  private static final int MAX_DEPTH = 3;
  private static final int TAKEN = 3;

  private static final Function2<Integer, Integer, Integer> MERGE = (a, b) -> 31 * a + b;
  private static final Function<Integer, Integer> MULTIPLY = x -> 3 * x + 1;
  private static final Function<Tuple2<Integer, Integer>, Boolean> SOME = p -> p._2() % 3 != 0;
  private static final FlatMapFunction<Integer, Integer> TWICE = x -> List.of(x, x + 1).iterator();
  private static final Function<List<Integer>, Integer> HASH = values -> values.hashCode();

  private static final FlatMapFunction<Iterator<Object>, Object> FIRST_ONES =
      records -> {
        List<Object> taken = new ArrayList<>();
        while (taken.size() < TAKEN && records.hasNext()) {
          taken.add(records.next());
        }
        return taken.iterator();
      };

  private static final Function2<
          Integer, Iterator<Tuple2<Integer, Integer>>, Iterator<Tuple2<Integer, Integer>>>
      ADD_INDEX =
          (index, records) -> {
            List<Tuple2<Integer, Integer>> all = new ArrayList<>();
            records.forEachRemaining(p -> all.add(new Tuple2<>(p._1(), p._2() + index)));
            return all.iterator();
          };

  /** By turns one of each, until one is at its end. */
  private static final FlatMapFunction<List<Iterator<Object>>, Object> BY_TURNS =
      inputs -> {
        List<Object> all = new ArrayList<>();
        while (inputs.stream().allMatch(Iterator::hasNext)) {
          inputs.forEach(input -> all.add(input.next()));
        }
        return all.iterator();
      };

  private enum Step {
    MULTIPLY,
    SOME,
    TWICE,
    FIRST_ONES,
    ADD_INDEX,
    STORE
  }

  /** A pipe as the test sees it. */
  private record Shape(SourceKind kind, List<Shape> children, List<Step> steps) {}

  /** One task: what it reads, and what it must give and keep. */
  private static final class Expectation {
    private final List<StoreTarget> stores = new ArrayList<>();
    private final List<Integer> indexes = new ArrayList<>();
    private final Map<Integer, List<Tuple2<Integer, Integer>>> kept = new LinkedHashMap<>();
  }

  /** An input, and the records that the pipe makes of it. */
  private record Example(TaskInput.Builder input, List<Tuple2<Integer, Integer>> records) {}

  private SplittableRandom random;
  private SingleTask task;
  private PipelineBuilder functions;
  private long nextBlock;
  private long dataset;
  private final List<Long> heldBlocks = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void treesGiveWhatTheySay(long seed) {
    random = new SplittableRandom(seed);
    task = new SingleTask(TestCluster.shuffled(seed, 1));
    for (int round = 0; round < ROUNDS; round++) {
      Shape shape = shape(0);
      Expectation expectation = new Expectation();
      Example example = example(shape, expectation);
      functions = JobBuilder.from(SourceKind.EMPTY);
      PipelineBuilder pipeline = tree(shape).root().sink(SinkKind.COLLECT, null);
      List<TestDriver.Finished> finished = task.cluster.driver.finished();
      int before = finished.size();
      task.start(
          pipeline,
          example.input(),
          spec ->
              spec.addAllStores(expectation.stores).addAllOperatorPartitions(expectation.indexes));
      task.cluster.run();
      heldBlocks.forEach(task.cluster::arrive);
      heldBlocks.clear();
      task.cluster.run();
      assertThat(task.cluster.driver.failed())
          .as("seed %d round %d %s", seed, round, shape)
          .isEmpty();
      assertThat(finished.get(before).records())
          .as("seed %d round %d %s", seed, round, shape)
          .isEqualTo(example.records());
      requireKept(finished.get(before), shape, expectation);
      task.cluster
          .executor(0)
          .releaseDatasets(ReleaseDatasets.newBuilder().addDatasetIds(dataset).build());
      dataset++;
      task.cluster.run();
      assertThat(task.cluster.memory.get(0).usedBytes()).isZero();
      assertThat(task.cluster.spill.get(0).openFiles()).isZero();
    }
  }

  /** What is kept is whole; all is kept where nothing ends early. */
  private void requireKept(TestDriver.Finished finished, Shape shape, Expectation expectation) {
    List<StoredPartition> kept = finished.message().getStoredList();
    if (!endsEarly(shape)) {
      assertThat(kept).hasSize(expectation.kept.size());
    }
    for (StoredPartition one : kept) {
      StoredInput input =
          StoredInput.newBuilder().setDatasetId(dataset).setPartition(one.getPartition()).build();
      assertThat(
              task.run(
                      JobBuilder.from(SourceKind.STORED).sink(SinkKind.COLLECT, null),
                      TaskInput.newBuilder().setStored(input))
                  .records())
          .isEqualTo(expectation.kept.get(one.getPartition()));
    }
  }

  private static boolean endsEarly(Shape shape) {
    return shape.kind() == SourceKind.ZIP
        || shape.steps().contains(Step.FIRST_ONES)
        || shape.children().stream().anyMatch(RandomPipesTest::endsEarly);
  }

  private Shape shape(int depth) {
    SourceKind[] leaves = {SourceKind.RECORDS, SourceKind.BLOCKS, SourceKind.EMPTY};
    SourceKind[] inner = {
      SourceKind.CONCAT,
      SourceKind.CONCAT,
      SourceKind.ZIP,
      SourceKind.FOLD,
      SourceKind.GROUP_IN_PLACE
    };
    boolean leaf = depth == MAX_DEPTH || random.nextInt(4) == 0;
    SourceKind kind = leaf ? leaves[random.nextInt(3)] : inner[random.nextInt(inner.length)];
    int children =
        switch (kind) {
          case CONCAT, ZIP -> 1 + random.nextInt(3);
          case FOLD, GROUP_IN_PLACE -> 1;
          default -> 0;
        };
    List<Shape> made = new ArrayList<>();
    for (int i = 0; i < children; i++) {
      made.add(shape(depth + 1));
    }
    List<Step> steps = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      steps.add(Step.values()[random.nextInt(Step.values().length)]);
    }
    return new Shape(kind, made, steps);
  }

  private PipeTree tree(Shape shape) {
    PipeTree[] children = shape.children().stream().map(this::tree).toArray(PipeTree[]::new);
    PipeTree tree =
        switch (shape.kind()) {
          case FOLD -> PipeTree.fold(functions, MERGE, children[0]);
          case ZIP -> PipeTree.zip(functions, BY_TURNS, children);
          default -> PipeTree.of(functions, shape.kind(), children);
        };
    if (shape.kind() == SourceKind.GROUP_IN_PLACE) {
      tree.apply(Operator.MAP_VALUES, HASH);
    }
    for (Step step : shape.steps()) {
      switch (step) {
        case MULTIPLY -> tree.apply(Operator.MAP_VALUES, MULTIPLY);
        case SOME -> tree.apply(Operator.FILTER, SOME);
        case TWICE -> tree.apply(Operator.FLAT_MAP_VALUES, TWICE);
        case FIRST_ONES -> tree.apply(Operator.MAP_PARTITIONS, FIRST_ONES);
        case ADD_INDEX -> tree.apply(Operator.MAP_PARTITIONS_WITH_INDEX, ADD_INDEX);
        case STORE -> tree.apply("STORE", null);
      }
    }
    return tree;
  }

  private Example example(Shape shape, Expectation expectation) {
    Example source = source(shape, expectation);
    List<Tuple2<Integer, Integer>> records = source.records();
    for (Step step : shape.steps()) {
      records = apply(step, records, expectation);
    }
    return new Example(source.input(), records);
  }

  private Example source(Shape shape, Expectation expectation) {
    List<Tuple2<Integer, Integer>> records = new ArrayList<>();
    switch (shape.kind()) {
      case CONCAT -> {
        List<ConcatPiece> pieces = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          int child = random.nextInt(shape.children().size());
          Example piece = example(shape.children().get(child), expectation);
          pieces.add(PipeTree.piece(child, piece.input()));
          records.addAll(piece.records());
        }
        return new Example(PipeTree.concat(pieces.toArray(ConcatPiece[]::new)), records);
      }
      case ZIP -> {
        List<Example> parts =
            shape.children().stream().map(child -> example(child, expectation)).toList();
        int rows = parts.stream().mapToInt(part -> part.records().size()).min().orElseThrow();
        for (int row = 0; row < rows; row++) {
          for (Example part : parts) {
            records.add(part.records().get(row));
          }
        }
        return new Example(
            PipeTree.zipped(parts.stream().map(Example::input).toArray(TaskInput.Builder[]::new)),
            records);
      }
      case FOLD, GROUP_IN_PLACE -> {
        Example child = example(shape.children().get(0), expectation);
        return new Example(PipeTree.folded(child.input()), combined(shape.kind(), child.records()));
      }
      case EMPTY -> {
        return new Example(TaskInput.newBuilder(), records);
      }
      default -> {
        for (int i = random.nextInt(60); i > 0; i--) {
          records.add(new Tuple2<>(random.nextInt(8), random.nextInt(1_000)));
        }
        return new Example(leaf(shape.kind(), records), records);
      }
    }
  }

  private TaskInput.Builder leaf(SourceKind kind, List<Tuple2<Integer, Integer>> records) {
    if (kind == SourceKind.RECORDS) {
      return task.records(records.toArray());
    }
    long block = nextBlock++;
    task.cluster.addRecordBlock(block, records);
    if (random.nextBoolean()) {
      task.cluster.hold(block);
      heldBlocks.add(block);
    }
    return WordCount.block(block);
  }

  private static List<Tuple2<Integer, Integer>> combined(
      SourceKind kind, List<Tuple2<Integer, Integer>> records) {
    Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
    for (Tuple2<Integer, Integer> pair : records) {
      groups.computeIfAbsent(pair._1(), unused -> new ArrayList<>()).add(pair._2());
    }
    List<Tuple2<Integer, Integer>> result = new ArrayList<>();
    groups.forEach(
        (key, values) ->
            result.add(
                new Tuple2<>(
                    key,
                    kind == SourceKind.GROUP_IN_PLACE
                        ? values.hashCode()
                        : values.stream().reduce((a, b) -> 31 * a + b).orElseThrow())));
    return result;
  }

  private List<Tuple2<Integer, Integer>> apply(
      Step step, List<Tuple2<Integer, Integer>> records, Expectation expectation) {
    return switch (step) {
      case MULTIPLY -> records.stream().map(p -> new Tuple2<>(p._1(), 3 * p._2() + 1)).toList();
      case SOME -> records.stream().filter(p -> p._2() % 3 != 0).toList();
      case TWICE -> {
        List<Tuple2<Integer, Integer>> all = new ArrayList<>();
        for (Tuple2<Integer, Integer> p : records) {
          all.add(p);
          all.add(new Tuple2<>(p._1(), p._2() + 1));
        }
        yield all;
      }
      case FIRST_ONES -> records.subList(0, Math.min(TAKEN, records.size()));
      case ADD_INDEX -> {
        int index = random.nextInt(100);
        expectation.indexes.add(index);
        yield records.stream().map(p -> new Tuple2<>(p._1(), p._2() + index)).toList();
      }
      case STORE -> {
        int partition = expectation.stores.size();
        expectation.stores.add(target(partition));
        expectation.kept.put(partition, records);
        yield records;
      }
    };
  }

  private StoreTarget target(int partition) {
    boolean useMemory = random.nextBoolean();
    return StoreTarget.newBuilder()
        .setDatasetId(dataset)
        .setPartition(partition)
        .setUseMemory(useMemory)
        .setUseDisk(!useMemory || random.nextBoolean())
        .setDeserialized(random.nextBoolean())
        .setReplication(1)
        .build();
  }
}
