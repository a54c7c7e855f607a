package org.millrace.runner.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.Tuple2;
import org.millrace.api.function.FlatMapFunction;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.PairFunction;
import org.millrace.api.graph.Operator;
import org.millrace.api.transparent.Aggregations;
import org.millrace.api.transparent.Csv;
import org.millrace.api.transparent.DoubleField;
import org.millrace.api.transparent.Json;
import org.millrace.api.transparent.LongField;
import org.millrace.api.transparent.Pairings;
import org.millrace.api.transparent.Text;
import org.millrace.api.transparent.TextBytes;
import org.millrace.api.transparent.TextField;
import org.millrace.api.transparent.TextPredicate;
import org.millrace.runner.task.JobBuilder.Pipe;
import org.millrace.runner.task.JobBuilder.PipelineBuilder;
import org.millrace.runner.wire.proto.CombiningKind;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.SinkKind;
import org.millrace.runner.wire.proto.SourceKind;

/**
 * Pipelines of transparent functions, which run on bytes, against the same functions inside
 * lambdas, which run on objects; over texts with everything that is seldom in them.
 */
class TransparentTest {
  private static final int ROUNDS = 150;

  /** Bytes that no text should have, and some that it may. */
  private static final List<byte[]> ODD =
      List.of(
          new byte[] {(byte) 0xff},
          new byte[] {(byte) 0xc3},
          new byte[] {(byte) 0xe4, (byte) 0xbd},
          new byte[] {(byte) 0xf0, (byte) 0x9f, (byte) 0x98},
          new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          new byte[] {(byte) 0x80, (byte) 0x80},
          new byte[] {(byte) 0xef, (byte) 0xbf, (byte) 0xbd},
          new byte[] {0},
          new byte[] {0x1f},
          new byte[] {0x1c, 0x0b},
          "\u00a0\u3000".getBytes(StandardCharsets.UTF_8));

  private static final List<String> PARTS =
      List.of(
          " ",
          " ",
          " ",
          "\t",
          "  ",
          ",",
          ",",
          "\"",
          "\"\"",
          "\\",
          "\\\"",
          ":",
          "{",
          "}",
          "[",
          "]",
          "a",
          "ab",
          "word",
          "words",
          "abcdefgh",
          "abcdefghi",
          "a-key-of-sixteen",
          "0123456789abcdef",
          "a-key-that-is-longer-than-sixteen-bytes",
          "Zürich",
          "東京",
          "😀",
          "null",
          "true",
          "17",
          "-3",
          "+4",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1e3",
          "2.50",
          "-0",
          ".",
          "-",
          "0x1p3",
          "١٢",
          "\r",
          "\u0085",
          "\"name\":",
          "\"name\" : \"",
          "{\"n\":{\"name\":1}}",
          "\"name\":\"x\\u00e9\\ud83d\\n\"",
          "\"name\":\"plain\",",
          "\"ü\":\"é\"",
          "\"id\":12,",
          "\"id\":null");

  private SplittableRandom random;

  private byte[] text(int lines) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int i = 0; i < lines; i++) {
      for (int parts = random.nextInt(12); parts > 0; parts--) {
        byte[] part =
            random.nextInt(12) == 0
                ? ODD.get(random.nextInt(ODD.size()))
                : PARTS.get(random.nextInt(PARTS.size())).getBytes(StandardCharsets.UTF_8);
        text.writeBytes(part);
      }
      text.writeBytes(random.nextInt(5) == 0 ? new byte[] {'\r', '\n'} : new byte[] {'\n'});
    }
    return text.toByteArray();
  }

  private String part() {
    return PARTS.get(random.nextInt(PARTS.size()));
  }

  private TextField field() {
    return switch (random.nextInt(10)) {
      case 0 -> Json.field("name");
      case 1 -> Json.field("id");
      case 2 -> Json.field("ü");
      case 3 -> Csv.field(random.nextInt(4), random.nextBoolean() ? ',' : ' ');
      case 4 ->
          field().lookUp(Map.of("a", "first", "", "nothing", "東京", "ö", "\uFFFD", "bad"), "?");
      case 5 -> field().joined(part(), field());
      case 6 -> number().asText();
      default -> Text.all();
    };
  }

  private LongField number() {
    LongField parsed = field().asLong(random.nextInt(3) - 1);
    return random.nextInt(3) == 0 ? parsed.roundedDown(10) : parsed;
  }

  private DoubleField decimal() {
    return field().asDouble(random.nextBoolean() ? 0.5 : Double.NaN);
  }

  private TextPredicate predicate(int depth) {
    return switch (random.nextInt(depth > 2 ? 6 : 9)) {
      case 0 -> field().is(part());
      case 1 -> field().startsWith(part());
      case 2 -> field().endsWith(part());
      case 3 -> field().contains(random.nextInt(8) == 0 ? "" : part());
      case 4 -> number().isBetween(-5, 20);
      case 5 -> decimal().isBetween(-5, 20);
      case 6 -> predicate(depth + 1).and(predicate(depth + 1));
      case 7 -> predicate(depth + 1).or(predicate(depth + 1));
      default -> predicate(depth + 1).not();
    };
  }

  /** An operator with a transparent function, and the same one with a lambda around it. */
  private record Twin(Operator operator, Object transparent, Object opaque) {}

  private Twin twin() {
    return switch (random.nextInt(4)) {
      case 0 -> {
        FlatMapFunction<String, String> words = Text.words();
        FlatMapFunction<String, String> opaque = text -> words.call(text);
        yield new Twin(Operator.FLAT_MAP, words, opaque);
      }
      case 1 -> map(field());
      default -> {
        TextPredicate predicate = predicate(0);
        Function<String, Boolean> opaque = text -> predicate.call(text);
        yield new Twin(Operator.FILTER, predicate, opaque);
      }
    };
  }

  private static <R> Twin map(Function<String, R> function) {
    Function<String, R> opaque = text -> function.call(text);
    return new Twin(Operator.MAP, function, opaque);
  }

  private static <K, V> Twin pairs(PairFunction<String, K, V> function) {
    PairFunction<String, K, V> opaque = text -> function.call(text);
    return new Twin(Operator.MAP_TO_PAIR, function, opaque);
  }

  /** Each text twice, as bytes and as strings. */
  private static Twin twice() {
    TextBytes<String> function =
        (text, out) -> {
          byte[] bytes = (text + text).getBytes(StandardCharsets.UTF_8);
          out.add(bytes, 0, bytes.length / 2);
          out.add(bytes, bytes.length / 2, bytes.length);
        };
    FlatMapFunction<String, String> transparent = Text.fromBytes(function);
    FlatMapFunction<String, String> opaque = text -> transparent.call(text);
    return new Twin(Operator.FLAT_MAP, transparent, opaque);
  }

  private List<Twin> chain() {
    List<Twin> chain = new ArrayList<>();
    if (random.nextInt(3) == 0) {
      chain.add(twice());
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      chain.add(twin());
    }
    return chain;
  }

  private static PipelineBuilder pipeline(List<Twin> chain, boolean transparent) {
    PipelineBuilder pipeline = JobBuilder.from(SourceKind.BLOCKS);
    for (Twin twin : chain) {
      pipeline.apply(twin.operator(), transparent ? twin.transparent() : twin.opaque());
    }
    return pipeline;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void chainsGiveTheSameOnBytesAsOnObjects(long seed) {
    random = new SplittableRandom(seed);
    SingleTask task = SingleTask.inOrder();
    for (int round = 0; round < ROUNDS; round++) {
      task.cluster.addTextBlock(round, 40, text(40));
      List<Twin> chain = chain();
      switch (random.nextInt(5)) {
        case 0 -> chain.add(map(number()));
        case 1 -> chain.add(map(decimal()));
        case 2 -> chain.add(pairs(field().paired(number())));
        case 3 -> chain.add(pairs(field().paired(decimal())));
        default -> chain.add(twin());
      }
      if (random.nextBoolean()) {
        Function<Object, Object> opaque = record -> "after " + record;
        chain.add(new Twin(Operator.MAP, opaque, opaque));
      }
      SinkKind sink = random.nextInt(4) == 0 ? SinkKind.COUNT : SinkKind.COLLECT;
      List<Object> expected =
          task.run(pipeline(chain, false).sink(sink, null), WordCount.block(round)).records();
      assertThat(task.run(pipeline(chain, true).sink(sink, null), WordCount.block(round)).records())
          .as("seed %d round %d %s", seed, round, chain)
          .isEqualTo(expected);
    }
  }

  /** What ends a chain in pairs, and how they are aggregated. */
  private record Aggregated(Twin pairs, Function2<?, ?, ?> merge) {}

  private Aggregated aggregated() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> new Aggregated(pairs(Pairings.<String>once()), Aggregations.sumLong());
      case 2 -> new Aggregated(pairs(field().paired(number())), Aggregations.sumLong());
      case 3 -> new Aggregated(pairs(field().paired(number())), Aggregations.minLong());
      case 4 -> new Aggregated(pairs(field().paired(number())), Aggregations.maxLong());
      case 5 -> new Aggregated(pairs(field().paired(decimal())), Aggregations.sumDouble());
      case 6 -> new Aggregated(pairs(field().paired(decimal())), Aggregations.minDouble());
      default -> new Aggregated(pairs(field().paired(decimal())), Aggregations.maxDouble());
    };
  }

  private static Pipe mapSide(PipelineBuilder pipeline, Function2<?, ?, ?> merge, int reducers) {
    int function = pipeline.function(merge);
    pipeline
        .sink()
        .setKind(SinkKind.SHUFFLE_WRITE)
        .setShuffleId(0)
        .setPartitionCount(reducers)
        .setCombining(CombiningKind.COMBINE)
        .setMapSideCombine(true)
        .setMergeValue(function)
        .setMergeCombiners(function);
    return pipeline.build();
  }

  private static Pipe reduceSide(Function2<?, ?, ?> merge) {
    PipelineBuilder pipeline = JobBuilder.from(SourceKind.SHUFFLE_COMBINE);
    pipeline.source().setCombinedOnMapSide(true).setMergeCombiners(pipeline.function(merge));
    return pipeline.sink(SinkKind.COLLECT, null).build();
  }

  private static Function2<Object, Object, Object> opaque(Function2<?, ?, ?> merge) {
    @SuppressWarnings("unchecked") // only wrapped
    Function2<Object, Object, Object> known = (Function2<Object, Object, Object>) merge;
    return (earlier, later) -> known.call(earlier, later);
  }

  /** Runs two map tasks and two reduce tasks over two executors; results by reduce partition. */
  private static List<Object> run(
      TestCluster cluster, long jobId, int block, Pipe map, Pipe reduce) {
    int before = cluster.driver.finished().size();
    for (int executor = 0; executor < 2; executor++) {
      RunTasks.Builder message =
          JobBuilder.job(jobId, map, reduce).addShuffles(JobBuilder.shuffle(0, 2, 0, 1));
      message.addTasks(map.task(0, executor, WordCount.block(block + executor)));
      message.addTasks(reduce.task(1, executor, WordCount.shuffle(0, executor)));
      cluster.executor(executor).runTasks(message.build());
    }
    cluster.run();
    assertThat(cluster.driver.failed()).isEmpty();
    List<TestDriver.Finished> finished =
        cluster.driver.finished().subList(before, cluster.driver.finished().size());
    List<Object> pairs = new ArrayList<>();
    for (int partition = 0; partition < 2; partition++) {
      int wanted = partition;
      finished.stream()
          .filter(one -> one.message().getStage() == 1)
          .filter(one -> one.message().getPartition() == wanted)
          .forEach(one -> pairs.addAll(one.records()));
    }
    return pairs;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aggregatesGiveTheSameOnBytesAsOnObjects(long seed) {
    random = new SplittableRandom(seed);
    TestCluster cluster = TestCluster.shuffled(seed, 2);
    for (int round = 0; round < ROUNDS / 2; round++) {
      cluster.addTextBlock(2L * round, 60, text(60));
      cluster.addTextBlock(2L * round + 1, 60, text(60));
      List<Twin> chain = chain();
      Aggregated aggregated = aggregated();
      chain.add(aggregated.pairs());
      Function2<?, ?, ?> merge = aggregated.merge();
      Function2<?, ?, ?> opaque = opaque(merge);
      List<Object> expected =
          run(
              cluster,
              4L * round + 1,
              2 * round,
              mapSide(pipeline(chain, false), opaque, 2),
              reduceSide(opaque));
      for (int form = 1; form < 4; form++) {
        boolean transparentChain = (form & 1) != 0;
        boolean transparentMerge = (form & 2) != 0;
        assertThat(
                run(
                    cluster,
                    4L * round + 1 + form,
                    2 * round,
                    mapSide(
                        pipeline(chain, transparentChain), transparentMerge ? merge : opaque, 2),
                    reduceSide(transparentMerge ? merge : opaque)))
            .as("seed %d round %d form %d %s", seed, round, form, chain)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void aKeyThatIsNoTextTurnsATableToObjects() throws Exception {
    NumericTable table = new NumericTable();
    table.use(null, opaqueType(Aggregations.sumLong()));
    byte[] key = "word".getBytes(StandardCharsets.UTF_8);
    table.accept(key, 0, key.length, org.millrace.runner.codec.NumberForm.LONG, 2);
    table.accept(new Tuple2<>(null, 5L));
    table.accept(new Tuple2<>("\ud83d", 6L));
    table.accept(key, 0, key.length, org.millrace.runner.codec.NumberForm.LONG, 3);
    List<Object> pairs = new ArrayList<>();
    table.push(0, table.size(), pairs::add);
    assertThat(pairs)
        .containsExactly(
            new Tuple2<>("word", 5L), new Tuple2<>(null, 5L), new Tuple2<>("\ud83d", 6L));
    table.clear();
    table.accept(key, 0, key.length, org.millrace.runner.codec.NumberForm.LONG, 3);
    assertThat(table.size()).isEqualTo(1);
    assertThat(table.hash(0)).isEqualTo("word".hashCode());
  }

  @SuppressWarnings("unchecked") // only its identity counts
  private static Function2<Object, Object, Object> opaqueType(Function2<?, ?, ?> merge) {
    return (Function2<Object, Object, Object>) merge;
  }
}
