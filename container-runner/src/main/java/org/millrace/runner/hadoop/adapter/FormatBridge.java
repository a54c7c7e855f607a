package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.mapred.FileInputFormat;
import org.apache.hadoop.mapred.InputFormat;
import org.apache.hadoop.mapred.InputSplit;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.JobID;
import org.apache.hadoop.mapreduce.task.JobContextImpl;
import org.millrace.api.graph.HadoopFormat;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.HadoopSplit;
import org.millrace.runner.hadoop.HadoopFormats;
import org.millrace.runner.hadoop.SplitReader;

/** Hadoop's formats in the driver. Thread-safe. */
public final class FormatBridge implements HadoopFormats {
  /** Characters that Hadoop's globs give a meaning. */
  private static final String GLOB = "*?[]{}\\";

  private final ClassLoader userClasses;
  private final String cluster;
  private final AtomicInteger outputs = new AtomicInteger();

  /**
   * @param userClasses finds the classes of the program
   */
  public FormatBridge(ClassLoader userClasses) {
    this.userClasses = userClasses;
    this.cluster = "millrace" + System.currentTimeMillis();
  }

  @Override
  public SplitReader reader(HadoopInput input) {
    ConfigurationForm form = ConfigurationForm.of(input.configuration());
    return input.format() instanceof HadoopFormat.Mapred mapred
        ? new MapredReader(mapred.className(), input.form(), form)
        : new MapreduceReader(inputClass(input.format()), input.form(), form);
  }

  private static String inputClass(HadoopFormat format) {
    if (format instanceof HadoopFormat.Mapreduce mapreduce) {
      return mapreduce.className();
    }
    Class<?> own =
        switch ((HadoopFormat.Own) format) {
          case OBJECT_FILES -> ObjectFileInputFormat.class;
          case WHOLE_TEXT_FILES -> WholeTextFormat.class;
          case BINARY_FILES -> BinaryFilesFormat.class;
        };
    return own.getName();
  }

  @Override
  public List<HadoopSplit> splits(HadoopInput input, int minPartitions) {
    JobConf conf = configuration(input.configuration());
    input.paths().ifPresent(paths -> FileInputFormat.setInputPaths(conf, paths));
    return splits(input, conf, minPartitions, Map.of());
  }

  @Override
  public List<HadoopSplit> splits(HadoopInput input, List<InputFile> files, int minPartitions) {
    JobConf conf = configuration(input.configuration());
    Map<String, Long> times = new HashMap<>();
    Path[] paths = new Path[files.size()];
    for (int i = 0; i < paths.length; i++) {
      Path path = new Path(files.get(i).path());
      times.put(path.toUri().getPath(), files.get(i).modificationTimeMs());
      paths[i] = new Path(literal(files.get(i).path()));
    }
    FileInputFormat.setInputPaths(conf, paths);
    return splits(input, conf, minPartitions, times);
  }

  /** A glob that matches this path alone. */
  private static String literal(String path) {
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < path.length(); i++) {
      if (GLOB.indexOf(path.charAt(i)) >= 0) {
        pattern.append('\\');
      }
      pattern.append(path.charAt(i));
    }
    return pattern.toString();
  }

  private List<HadoopSplit> splits(
      HadoopInput input, JobConf conf, int minPartitions, Map<String, Long> times) {
    try {
      return input.format() instanceof HadoopFormat.Mapred mapred
          ? mapredSplits(mapred.className(), conf, minPartitions, times)
          : mapreduceSplits(inputClass(input.format()), conf, minPartitions, times);
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw Formats.unavailable(input.description(), e);
    }
  }

  private static List<HadoopSplit> mapredSplits(
      String format, JobConf conf, int minPartitions, Map<String, Long> times) throws IOException {
    InputFormat<?, ?> made = Formats.create(InputFormat.class, format, conf);
    List<InputSplit> found = new ArrayList<>(List.of(made.getSplits(conf, minPartitions)));
    if (times.isEmpty()) {
      SplitOrder.byName(found);
    }
    List<HadoopSplit> splits = new ArrayList<>();
    for (InputSplit split : found) {
      add(splits, split, split.getLength(), split.getLocations(), times, conf);
    }
    return splits;
  }

  private static List<HadoopSplit> mapreduceSplits(
      String format, JobConf conf, int minPartitions, Map<String, Long> times)
      throws IOException, InterruptedException {
    conf.setInt(WholeFilesFormat.MIN_PARTITIONS, minPartitions);
    org.apache.hadoop.mapreduce.InputFormat<?, ?> made =
        Formats.create(org.apache.hadoop.mapreduce.InputFormat.class, format, conf);
    List<org.apache.hadoop.mapreduce.InputSplit> found =
        new ArrayList<>(made.getSplits(new JobContextImpl(conf, new JobID())));
    if (times.isEmpty()) {
      SplitOrder.byName(found);
    }
    List<HadoopSplit> splits = new ArrayList<>();
    for (org.apache.hadoop.mapreduce.InputSplit split : found) {
      add(splits, split, split.getLength(), split.getLocations(), times, conf);
    }
    return splits;
  }

  /** Empty files have no part. */
  private static void add(
      List<HadoopSplit> splits,
      Object split,
      long lengthBytes,
      String[] hosts,
      Map<String, Long> times,
      JobConf conf)
      throws IOException {
    Path file = Splits.fileOrNull(split);
    if (file == null || lengthBytes > 0) {
      long timeMs = file == null ? -1 : times.getOrDefault(file.toUri().getPath(), -1L);
      splits.add(Splits.encode(split, timeMs, lengthBytes, hosts, conf));
    }
  }

  @Override
  public boolean isCompressed(String path) {
    return new CompressionCodecFactory(configuration(new JobConf())).getCodec(new Path(path))
        != null;
  }

  @Override
  public HadoopInput compressedLines(String description) {
    return HadoopInput.lines(Optional.empty(), new JobConf(), description);
  }

  @Override
  public PlannedOutput output(HadoopOutput output) {
    JobConf conf = configuration(output.configuration());
    JobName job = new JobName(cluster, outputs.incrementAndGet());
    if (output.format() instanceof HadoopFormat.Mapred mapred) {
      return new MapredOutput(output, mapred.className(), conf, job);
    }
    String format =
        output.format() instanceof HadoopFormat.Mapreduce mapreduce
            ? mapreduce.className()
            : ObjectFileOutputFormat.class.getName();
    return new MapreduceOutput(output, format, conf, job);
  }

  private JobConf configuration(Configuration from) {
    JobConf conf = new JobConf(from);
    conf.setClassLoader(userClasses);
    return conf;
  }
}
