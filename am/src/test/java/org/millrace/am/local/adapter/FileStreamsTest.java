package org.millrace.am.local.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapred.lib.NullOutputFormat;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.apache.hadoop.mapreduce.lib.output.TextOutputFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerBatchCompleted;

/** File streams of all formats and what streams save, in {@code local[2]}. */
class FileStreamsTest {
  @TempDir Path folder;

  private final StreamingContext context =
      new StreamingContext(
          new StreamingConf()
              .setMaster("local[2]")
              .setAppName("file-streams")
              .set("millrace.files.maxPerBatch", "1"),
          new Duration(100));
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void readsFilesByAFormatOneABatchAndSavesEachBatchAsAWhole() throws Exception {
    Path input = Files.createDirectory(folder.resolve("in"));
    Files.writeString(input.resolve("a.data"), "1\n2\n");
    Files.writeString(input.resolve("b.data"), "3\n");
    Files.writeString(input.resolve("c.other"), "4\n");
    CountDownLatch read = new CountDownLatch(2);
    var lines =
        context
            .fileStream(
                input.toString(),
                LongWritable.class,
                Text.class,
                TextInputFormat.class,
                path -> path.getName().endsWith(".data"),
                false)
            .mapToPair(pair -> new Tuple2<>(pair._2().toString(), 1));
    lines.saveAsNewAPIHadoopFiles(
        folder.resolve("out").toString(),
        "txt",
        String.class,
        Integer.class,
        TextOutputFormat.class);
    lines.saveAsObjectFiles(folder.resolve("objects").toString());
    lines.foreachRDD(
        rdd -> {
          List<String> keys = rdd.keys().collect();
          if (!keys.isEmpty()) {
            seen.add(String.join(",", keys));
            read.countDown();
          }
        });
    context.start();
    assertThat(read.await(2, TimeUnit.MINUTES)).isTrue();
    context.stop(false, true);

    assertThat(seen).containsExactlyInAnyOrder("1,2", "3");
    List<String> saved = new ArrayList<>();
    List<Object> objects = new ArrayList<>();
    BatchContext batches = context.sparkContext();
    for (Path directory : directories()) {
      String name = directory.getFileName().toString();
      if (name.startsWith("out-")) {
        assertThat(name).endsWith(".txt");
        assertThat(directory.resolve("_SUCCESS")).exists();
        saved.addAll(batches.textFile(directory.toString()).collect());
      } else if (name.startsWith("objects-")) {
        objects.addAll(batches.objectFile(directory.toString()).collect());
      }
    }
    assertThat(saved).containsExactlyInAnyOrder("1\t1", "2\t1", "3\t1");
    assertThat(objects)
        .containsExactlyInAnyOrder(
            new Tuple2<>("1", 1), new Tuple2<>("2", 1), new Tuple2<>("3", 1));
  }

  private List<Path> directories() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void refusesAFormatWithoutFilesForAStream() throws Exception {
    Path input = Files.createDirectory(folder.resolve("in"));
    context
        .textFileStream(input.toString())
        .mapToPair(line -> new Tuple2<>(line, 1))
        .saveAsHadoopFiles(
            folder.resolve("out").toString(),
            "",
            String.class,
            Integer.class,
            NullOutputFormat.class);
    context.start();

    assertThatThrownBy(context::awaitTermination)
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("writes no files");
  }

  @Test
  void countsTheRecordsOfFilesThatItsTasksRead() throws Exception {
    Path input = Files.createDirectory(folder.resolve("in"));
    List<Long> counts = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch ended = new CountDownLatch(3);
    context.addStreamingListener(
        new StreamingListener() {
          @Override
          public void onBatchCompleted(StreamingListenerBatchCompleted completed) {
            if (!completed.batchInfo().streamIdToInputInfo().isEmpty()) {
              counts.add(completed.batchInfo().numRecords());
              ended.countDown();
            }
          }
        });
    var lines = context.textFileStream(input.toString());
    lines
        .mapToPair(line -> new Tuple2<>(line, 1))
        .reduceByKeyAndWindow(Integer::sum, new Duration(300), new Duration(100))
        .foreachRDD(rdd -> seen.addAll(rdd.keys().collect()));
    lines.print();
    context.start();
    moveIn(input, "a", "1\n2\n".getBytes(UTF_8));
    moveIn(input, "b.deflate", deflated("3\n4\n5\n"));
    moveIn(input, "c.txt", "6\n".repeat(2_000_000).getBytes(UTF_8));

    assertThat(ended.await(2, TimeUnit.MINUTES)).isTrue();
    assertThat(counts).containsExactlyInAnyOrder(2L, 3L, 2_000_000L);
  }

  private void moveIn(Path input, String name, byte[] content) throws IOException {
    Files.move(Files.write(folder.resolve(name), content), input.resolve(name));
  }

  private static byte[] deflated(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void cutsBinaryRecordsOutOfNewFiles() throws Exception {
    Path input = Files.createDirectory(folder.resolve("in"));
    CountDownLatch read = new CountDownLatch(1);
    context
        .binaryRecordsStream(input.toString(), 2)
        .foreachRDD(
            rdd -> {
              for (byte[] record : rdd.collect()) {
                seen.add(record[0] + "" + record[1]);
              }
              if (!seen.isEmpty()) {
                read.countDown();
              }
            });
    context.start();
    Path staged = Files.write(folder.resolve("staged"), new byte[] {1, 2, 3, 4});
    Files.move(staged, input.resolve("records"));

    assertThat(read.await(2, TimeUnit.MINUTES)).isTrue();
    assertThat(seen).containsExactly("12", "34");
  }
}
