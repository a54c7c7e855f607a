package org.millrace.testkit.yarn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.SequenceFile;
import org.apache.hadoop.io.Text;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabExtension;

/** Hadoop's formats, keyed state and windows where they are used: on YARN and HDFS. */
@Tag("lab")
@ExtendWith(LabExtension.class)
class FormatsOnYarnTest {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final List<String> WORDS = List.of("mill", "race", "water", "wheel");
  private static final int FILES = 12;
  private static final int LINES = 50;

  @TempDir java.nio.file.Path outputs;

  @Test
  void countsByBatchByWindowAndForEverAndSavesEachAsItsFormatDoes(Lab lab) throws Exception {
    Installation millrace = new Installation(lab, outputs);
    try (FileSystem hdfs = FileSystem.newInstance(configuration(lab))) {
      Path root = new Path("/formats-" + lab.home().toFile().lastModified());
      hdfs.mkdirs(new Path(root, "in"));
      writeWeights(hdfs, new Path(root, "weights.seq"));
      String application =
          millrace
              .run(
                  Installation.submission(
                      FormatsAndState.class.getName(), program(), root.toString()))
              .application();
      ApplicationPage page = new ApplicationPage(lab, application);
      page.await("the first batch", LONG, () -> page.total("completedBatches") > 0);
      for (int file = 0; file < FILES; file++) {
        moveIn(hdfs, root, file);
      }
      page.await("all lines are counted", LONG, () -> page.total("records") == FILES * LINES);
      long batches = page.totalNow("completedBatches") + FormatsAndState.BATCHES_OF_A_WINDOW;
      page.await("the windows are over", LONG, () -> page.total("completedBatches") > batches);
      assertThat(millrace.run("stop", application).output()).contains("SUCCEEDED");

      assertThat(weighted(hdfs, new Path(root, "weighted"))).isEqualTo(expected(Place.WEIGHTED));
      assertThat(sums(hdfs, new Path(root, "windows"))).isEqualTo(expected(Place.WINDOWS));
      assertThat(sums(hdfs, new Path(root, "inverse"))).isEqualTo(expected(Place.WINDOWS));
      assertThat(last(hdfs, new Path(root, "totals"))).isEqualTo(expected(Place.TOTALS));
    }
  }

  private enum Place {
    WEIGHTED,
    WINDOWS,
    TOTALS
  }

  private static Map<String, Integer> expected(Place place) {
    Map<String, Integer> expected = new TreeMap<>();
    for (int i = 0; i < WORDS.size(); i++) {
      int count = FILES * LINES;
      expected.put(
          WORDS.get(i),
          switch (place) {
            case WEIGHTED -> count * 2 * (i + 1);
            case WINDOWS -> count * FormatsAndState.BATCHES_OF_A_WINDOW;
            case TOTALS -> count;
          });
    }
    return expected;
  }

  /** Each word twice, with half of its weight. */
  private static void writeWeights(FileSystem hdfs, Path file) throws Exception {
    try (SequenceFile.Writer weights =
        SequenceFile.createWriter(
            hdfs.getConf(),
            SequenceFile.Writer.file(hdfs.makeQualified(file)),
            SequenceFile.Writer.keyClass(Text.class),
            SequenceFile.Writer.valueClass(IntWritable.class))) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < WORDS.size(); i++) {
          weights.append(new Text(WORDS.get(i)), new IntWritable(i + 1));
        }
      }
    }
  }

  private static void moveIn(FileSystem hdfs, Path root, int file) throws Exception {
    Path staged = new Path(root, "staged-" + file);
    try (OutputStream out = hdfs.create(staged)) {
      out.write((String.join(" ", WORDS) + "\n").repeat(LINES).getBytes(UTF_8));
    }
    assertThat(hdfs.rename(staged, new Path(root, "in/" + file))).isTrue();
  }

  private static Map<String, Integer> weighted(FileSystem hdfs, Path saved) throws Exception {
    Map<String, Integer> sums = new TreeMap<>();
    for (FileStatus batch : hdfs.listStatus(saved, path -> !path.getName().startsWith("."))) {
      assertThat(batch.getPath().getName()).endsWith(".seq");
      eachPart(
          hdfs,
          batch,
          (part, ignored) -> {
            try (SequenceFile.Reader reader =
                new SequenceFile.Reader(hdfs.getConf(), SequenceFile.Reader.file(part))) {
              Text word = new Text();
              IntWritable weight = new IntWritable();
              while (reader.next(word, weight)) {
                sums.merge(word.toString(), weight.get(), Integer::sum);
              }
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
    }
    return sums;
  }

  private static Map<String, Integer> sums(FileSystem hdfs, Path saved) throws Exception {
    Map<String, Integer> sums = new TreeMap<>();
    for (FileStatus batch : hdfs.listStatus(saved, path -> !path.getName().startsWith("."))) {
      read(hdfs, batch).forEach((word, count) -> sums.merge(word, count, Integer::sum));
    }
    return sums;
  }

  private static Map<String, Integer> last(FileSystem hdfs, Path saved) throws Exception {
    FileStatus[] batches = hdfs.listStatus(saved, path -> !path.getName().startsWith("."));
    return read(hdfs, batches[batches.length - 1]);
  }

  private static Map<String, Integer> read(FileSystem hdfs, FileStatus batch) throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    eachPart(
        hdfs,
        batch,
        (part, text) ->
            text.lines()
                .map(line -> line.split("\t"))
                .forEach(pair -> counts.put(pair[0], Integer.parseInt(pair[1]))));
    return counts;
  }

  private static void eachPart(FileSystem hdfs, FileStatus batch, BiConsumer<Path, String> action)
      throws Exception {
    boolean whole = false;
    for (FileStatus part : hdfs.listStatus(batch.getPath())) {
      if (part.getPath().getName().equals("_SUCCESS")) {
        whole = true;
      } else {
        try (InputStream in = hdfs.open(part.getPath())) {
          action.accept(part.getPath(), new String(in.readAllBytes(), UTF_8));
        }
      }
    }
    assertThat(whole).as("%s is marked as whole", batch.getPath()).isTrue();
  }

  /** A jar of the program alone. */
  private java.nio.file.Path program() throws Exception {
    java.nio.file.Path jar = outputs.resolve("formats.jar");
    String entry = FormatsAndState.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        InputStream in = FormatsAndState.class.getResourceAsStream("FormatsAndState.class")) {
      out.putNextEntry(new JarEntry(entry));
      in.transferTo(out);
    }
    return jar;
  }

  private static Configuration configuration(Lab lab) {
    Configuration configuration = new Configuration();
    for (String name : new String[] {"core-site.xml", "hdfs-site.xml"}) {
      configuration.addResource(new Path(lab.configurationDirectory().resolve(name).toUri()));
    }
    return configuration;
  }
}
