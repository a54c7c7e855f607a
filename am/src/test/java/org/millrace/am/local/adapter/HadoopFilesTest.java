package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.compress.BZip2Codec;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.DefaultCodec;
import org.apache.hadoop.io.compress.GzipCodec;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.KeyValueTextInputFormat;
import org.apache.hadoop.mapred.SequenceFileOutputFormat;
import org.apache.hadoop.mapreduce.lib.input.NLineInputFormat;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.BatchContext;
import org.millrace.api.PairRDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Files of all formats out and in again, in {@code local[2]}. */
class HadoopFilesTest {
  @TempDir Path folder;

  private final BatchContext context =
      new BatchContext(new StreamingConf().setMaster("local[2]").setAppName("formats"));

  @AfterEach
  void stop() {
    context.stop();
  }

  record Order(String customer, int amount) implements Serializable {}

  @Test
  void objectFilesKeepRecordsOfAnyClassInOrder() throws IOException {
    List<Object> records =
        Arrays.asList(
            "text",
            1,
            2L,
            3.5,
            true,
            null,
            'c',
            new Tuple2<>("key", List.of(1, 2)),
            new Order("a", 7),
            Map.of("k", 1),
            "half \ud800 pair");
    context.parallelize(records, 3).saveAsObjectFile(path("objects"));

    assertThat(context.objectFile(path("objects")).collect()).containsExactlyElementsOf(records);
    assertThat(names("objects"))
        .containsExactly("_SUCCESS", "part-r-00000.avro", "part-r-00001.avro", "part-r-00002.avro");
  }

  @Test
  void largeObjectFilesAreSplitWithoutLosingOrRepeatingARecord() {
    List<String> records = IntStream.range(0, 50_000).mapToObj(i -> "record " + i).toList();
    context.parallelize(records, 1).saveAsObjectFile(path("objects"));

    var read = context.<String>objectFile(path("objects"), 7);

    assertThat(read.getNumPartitions()).isGreaterThanOrEqualTo(7);
    assertThat(read.collect()).isEqualTo(records);
  }

  @ParameterizedTest
  @ValueSource(classes = {GzipCodec.class, BZip2Codec.class, DefaultCodec.class})
  void textIsReadAsItsCodecWroteIt(Class<? extends CompressionCodec> codec) throws IOException {
    List<String> lines = IntStream.range(0, 1_000).mapToObj(i -> "line " + i).toList();
    context.parallelize(lines, 2).saveAsTextFile(path("text"), codec);

    assertThat(context.textFile(path("text")).collect()).isEqualTo(lines);
    assertThat(names("text")).hasSize(3).noneMatch(name -> name.endsWith(".crc"));
  }

  @Test
  void plainAndCompressedTextOfOneDirectoryIsReadInTheOrderOfFiles() throws IOException {
    context.parallelize(List.of("b"), 1).saveAsTextFile(path("text"), BZip2Codec.class);
    Path text = folder.resolve("text");
    Files.move(text.resolve("part-00000.bz2"), text.resolve("2.bz2"));
    Files.writeString(text.resolve("1.txt"), "a\n");
    Files.writeString(text.resolve("3.txt"), "c\n");

    assertThat(context.textFile(path("text")).collect()).containsExactly("a", "b", "c");
  }

  @Test
  void sequenceFilesGiveObjectsThatAreNotUsedAgain() {
    PairRDD<Text, IntWritable> pairs =
        context
            .parallelize(IntStream.range(0, 3_000).boxed().toList(), 2)
            .mapToPair(i -> new Tuple2<>(new Text("key " + i), new IntWritable(i)));
    pairs.saveAsHadoopFile(
        path("sequence"),
        Text.class,
        IntWritable.class,
        SequenceFileOutputFormat.class,
        BZip2Codec.class);

    List<Tuple2<Text, IntWritable>> read =
        context.sequenceFile(path("sequence"), Text.class, IntWritable.class).collect();

    assertThat(read).hasSize(3_000);
    for (int i = 0; i < 3_000; i++) {
      assertThat(read.get(i)).isEqualTo(new Tuple2<>(new Text("key " + i), new IntWritable(i)));
    }
  }

  @Test
  void theNewInterfaceWritesAndReadsWithItsConfiguration() throws IOException {
    context
        .parallelizePairs(List.of(new Tuple2<>("a", 1), new Tuple2<>("b", 2)), 1)
        .saveAsNewAPIHadoopFile(
            path("pairs"),
            String.class,
            Integer.class,
            org.apache.hadoop.mapreduce.lib.output.TextOutputFormat.class,
            withSeparator());
    assertThat(Files.readString(folder.resolve("pairs/part-r-00000"))).isEqualTo("a:1\nb:2\n");

    Configuration twoLines = new Configuration();
    twoLines.setInt(NLineInputFormat.LINES_PER_MAP, 1);
    var lines =
        context.newAPIHadoopFile(
            path("pairs"), NLineInputFormat.class, LongWritable.class, Text.class, twoLines);
    assertThat(lines.getNumPartitions()).isEqualTo(2);
    assertThat(lines.values().map(Text::toString).collect()).containsExactly("a:1", "b:2");

    Configuration input = new Configuration();
    input.set("mapreduce.input.fileinputformat.inputdir", path("pairs"));
    assertThat(
            context
                .newAPIHadoopRDD(input, TextInputFormat.class, LongWritable.class, Text.class)
                .keys()
                .map(LongWritable::get)
                .collect())
        .containsExactly(0L, 4L);
  }

  private static Configuration withSeparator() {
    Configuration conf = new Configuration();
    conf.set("mapreduce.output.textoutputformat.separator", ":");
    return conf;
  }

  @Test
  void theOldInterfaceReadsFromAConfigurationOrAPath() throws IOException {
    Files.writeString(folder.resolve("pairs.txt"), "a\t1\nb\t2\n");
    JobConf conf = new JobConf();
    conf.set("mapred.input.dir", path("pairs.txt"));

    assertThat(
            context
                .hadoopRDD(conf, KeyValueTextInputFormat.class, Text.class, Text.class)
                .mapToPair(p -> new Tuple2<>(p._1().toString(), p._2().toString()))
                .collectAsMap())
        .isEqualTo(Map.of("a", "1", "b", "2"));
    assertThat(
            context
                .hadoopFile(
                    path("pairs.txt"), KeyValueTextInputFormat.class, Text.class, Text.class)
                .count())
        .isEqualTo(2);
  }

  @Test
  void datasetsAreSavedAsTheirConfigurationSays() throws IOException {
    JobConf old = new JobConf();
    old.setOutputFormat(org.apache.hadoop.mapred.TextOutputFormat.class);
    org.apache.hadoop.mapred.FileOutputFormat.setOutputPath(
        old, new org.apache.hadoop.fs.Path(path("old")));
    var pairs = context.parallelizePairs(List.of(new Tuple2<>("a", 1)), 1);
    pairs.saveAsHadoopDataset(old);
    assertThat(Files.readString(folder.resolve("old/part-00000"))).isEqualTo("a\t1\n");

    Configuration newer = new Configuration();
    newer.set("mapreduce.output.fileoutputformat.outputdir", path("new"));
    pairs.saveAsNewAPIHadoopDataset(newer);
    assertThat(Files.readString(folder.resolve("new/part-r-00000"))).isEqualTo("a\t1\n");

    assertThatThrownBy(() -> pairs.saveAsHadoopDataset(old))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.OUTPUT_EXISTS));
    assertThatThrownBy(() -> pairs.saveAsNewAPIHadoopDataset(new Configuration()))
        .hasMessageContaining("names no output directory");
  }

  @Test
  void wholeFilesAreReadOneByOne() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "1\n2\n");
    Files.writeString(folder.resolve("b.txt"), "");
    Files.writeString(folder.resolve("c.txt"), "3");

    assertThat(context.wholeTextFiles(folder.toString()).collect())
        .containsExactly(
            new Tuple2<>("file:" + folder.resolve("a.txt"), "1\n2\n"),
            new Tuple2<>("file:" + folder.resolve("b.txt"), ""),
            new Tuple2<>("file:" + folder.resolve("c.txt"), "3"));
    assertThat(
            context
                .binaryFiles(folder.toString())
                .mapValues(
                    file -> {
                      try (DataInputStream in = file.open()) {
                        return in.readAllBytes().length;
                      }
                    })
                .values()
                .collect())
        .containsExactly(4, 0, 1);
    assertThat(context.binaryFiles(path("c.txt")).first()._2().toArray())
        .isEqualTo(new byte[] {51});
  }

  @Test
  void binaryRecordsHaveTheLengthThatWasAskedFor() throws IOException {
    Files.write(folder.resolve("records"), new byte[] {1, 2, 3, 4, 5, 6});

    assertThat(context.binaryRecords(path("records"), 3).collect())
        .containsExactly(new byte[] {1, 2, 3}, new byte[] {4, 5, 6});
  }

  @Test
  void aPathThatDoesNotExistIsNamed() {
    assertThatThrownBy(() -> context.sequenceFile(path("none"), Text.class, BytesWritable.class))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NO_SUCH_PATH))
        .hasMessageContaining("none");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private List<String> names(String directory) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(directory))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
