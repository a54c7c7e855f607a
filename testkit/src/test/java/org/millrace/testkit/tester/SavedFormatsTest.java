package org.millrace.testkit.tester;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.mapreduce.lib.output.TextOutputFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;

/** What a stream saves in Hadoop's formats, when attempts fail or are lost with their executor. */
class SavedFormatsTest {
  @TempDir Path folder;

  /** Where each run saves; a program that is defined again in one saves where it did. */
  private final Map<StreamTester, Path> saved = new HashMap<>();

  @Test
  void failedAndLostAttemptsLeaveNothingInWhatIsPublished() throws IOException {
    PipelineCheck.Report report =
        PipelineCheck.of(
                StreamTester.builder(Durations.seconds(1)).executors(3),
                tester -> {
                  PairDStream<String, Integer> counts =
                      tester
                          .input(
                              Arrays.asList(
                                  List.of("to be or", "not to be"), List.of("to be"), null))
                          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                          .mapToPair(word -> new Tuple2<>(word, 1))
                          .reduceByKey(Integer::sum, 3);
                  String run =
                      saved
                          .computeIfAbsent(tester, one -> folder.resolve("run-" + saved.size()))
                          .toString();
                  counts.saveAsNewAPIHadoopFiles(
                      run + "/new/batch",
                      "txt",
                      String.class,
                      Integer.class,
                      TextOutputFormat.class);
                  counts.saveAsHadoopFiles(
                      run + "/old/batch",
                      "",
                      String.class,
                      Integer.class,
                      org.apache.hadoop.mapred.TextOutputFormat.class);
                  counts.mapToPair(Tuple2::swap).saveAsObjectFiles(run + "/objects/batch");
                  tester.collect(counts);
                })
            .seeds(1, 2, 3, 4, 5)
            .run();

    assertThat(report.leftOut()).isEmpty();
    assertThat(saved).hasSize(1 + 2 + 5 + 5);
    Map<String, Long> expected = files(folder.resolve("run-0"));
    assertThat(expected.keySet())
        .filteredOn(file -> file.startsWith("new/"))
        .hasSize(3 * (3 + 1))
        .anyMatch(file -> file.endsWith(".txt/_SUCCESS"));
    List<String> counts = text(folder.resolve("run-0/new"));
    assertThat(text(folder.resolve("run-0/old"))).isEqualTo(counts).contains("to\t2");
    for (int run = 1; run < saved.size(); run++) {
      Path there = folder.resolve("run-" + run);
      assertThat(files(there)).isEqualTo(expected);
      assertThat(text(there.resolve("new"))).isEqualTo(counts);
      assertThat(text(there.resolve("old"))).isEqualTo(counts);
    }
  }

  /** Sizes by name; Avro marks its blocks at random, so what they hold is compared elsewhere. */
  private static Map<String, Long> files(Path saved) throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(saved)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(saved.relativize(file).toString(), Files.size(file));
      }
    }
    return files;
  }

  private static List<String> text(Path saved) throws IOException {
    List<String> text = new ArrayList<>();
    try (Stream<Path> all = Files.walk(saved)) {
      for (Path part : all.filter(Files::isRegularFile).sorted().toList()) {
        text.addAll(Files.readAllLines(part));
      }
    }
    return text;
  }
}
