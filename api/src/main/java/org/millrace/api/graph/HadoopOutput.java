package org.millrace.api.graph;

import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.mapred.JobConf;

/**
 * How a program wants records written through Hadoop. Immutable: the configuration is a copy and is
 * not changed.
 *
 * @param path the new directory; absent when the configuration names it, or a stream's batches do
 * @param description the operation and its place in the program
 */
public record HadoopOutput(
    HadoopFormat format,
    Form form,
    Optional<String> path,
    Configuration configuration,
    String description) {
  private static final String TEXT = "org.apache.hadoop.mapred.TextOutputFormat";
  private static final String NEW_TEXT = "org.apache.hadoop.mapreduce.lib.output.TextOutputFormat";
  private static final String KEY_CLASS = "mapreduce.job.output.key.class";
  private static final String VALUE_CLASS = "mapreduce.job.output.value.class";
  private static final String COMPRESS = "mapreduce.output.fileoutputformat.compress";
  private static final String FORMAT_CLASS = "mapreduce.job.outputformat.class";
  private static final String OLD_FORMAT_CLASS = "mapred.output.format.class";

  /** What a record becomes for the format. */
  public enum Form {
    /** Key and value of a {@code Tuple2}. */
    PAIRS,
    /** No key; the record is the value. */
    VALUES,
    /** No key; the value is what {@code String.valueOf} makes of the record. */
    LINES
  }

  /** Checks that everything is given. */
  public HadoopOutput {
    Objects.requireNonNull(format, "the output format is null");
    Objects.requireNonNull(form, "form");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(configuration, "the configuration is null");
    Objects.requireNonNull(description, "description");
  }

  /** Lines of text, compressed. */
  public static HadoopOutput text(
      String path, Class<? extends CompressionCodec> codec, Configuration from) {
    return new HadoopOutput(
        new HadoopFormat.Mapred(TEXT),
        Form.LINES,
        Optional.of(path),
        compressed(from, codec),
        described("saveAsTextFile"));
  }

  /** Records of any class that can be sent to executors. */
  public static HadoopOutput objects(Optional<String> path, Configuration from, String operation) {
    return new HadoopOutput(
        HadoopFormat.Own.OBJECT_FILES, Form.VALUES, path, new JobConf(from), described(operation));
  }

  /** Pairs as the old interface's text format writes them: key, tab, value. */
  public static HadoopOutput textPairs(Configuration from, String operation) {
    return new HadoopOutput(
        new HadoopFormat.Mapred(TEXT),
        Form.PAIRS,
        Optional.empty(),
        new JobConf(from),
        described(operation));
  }

  /** Pairs as the new interface's text format writes them: key, tab, value. */
  public static HadoopOutput newTextPairs(Configuration from, String operation) {
    return new HadoopOutput(
        new HadoopFormat.Mapreduce(NEW_TEXT),
        Form.PAIRS,
        Optional.empty(),
        new JobConf(from),
        described(operation));
  }

  /** Pairs by a format of the old interface. */
  public static HadoopOutput mapred(
      Optional<String> path,
      Class<?> keys,
      Class<?> values,
      Class<?> format,
      Configuration from,
      String operation) {
    return new HadoopOutput(
        new HadoopFormat.Mapred(format.getName()),
        Form.PAIRS,
        path,
        ofClasses(from, keys, values),
        described(operation));
  }

  /** Pairs by a format of the new interface. */
  public static HadoopOutput mapreduce(
      Optional<String> path,
      Class<?> keys,
      Class<?> values,
      Class<?> format,
      Configuration from,
      String operation) {
    return new HadoopOutput(
        new HadoopFormat.Mapreduce(format.getName()),
        Form.PAIRS,
        path,
        ofClasses(from, keys, values),
        described(operation));
  }

  /** Pairs as a configuration of the old interface says; its default is text. */
  public static HadoopOutput mapredDataset(JobConf from) {
    return new HadoopOutput(
        new HadoopFormat.Mapred(from.get(OLD_FORMAT_CLASS, TEXT)),
        Form.PAIRS,
        Optional.empty(),
        new JobConf(from),
        described("saveAsHadoopDataset"));
  }

  /** Pairs as a configuration of the new interface says; its default is text. */
  public static HadoopOutput mapreduceDataset(Configuration from) {
    return new HadoopOutput(
        new HadoopFormat.Mapreduce(from.get(FORMAT_CLASS, NEW_TEXT)),
        Form.PAIRS,
        Optional.empty(),
        new JobConf(from),
        described("saveAsNewAPIHadoopDataset"));
  }

  /** A copy of a configuration that asks for compression, of sequence files by the block. */
  public static JobConf compressed(Configuration from, Class<? extends CompressionCodec> codec) {
    JobConf job = new JobConf(from);
    job.setBoolean(COMPRESS, true);
    job.set(COMPRESS + ".codec", codec.getName());
    job.set(COMPRESS + ".type", "BLOCK");
    return job;
  }

  private static JobConf ofClasses(Configuration from, Class<?> keys, Class<?> values) {
    JobConf job = new JobConf(from);
    job.set(KEY_CLASS, keys.getName());
    job.set(VALUE_CLASS, values.getName());
    return job;
  }

  private static String described(String operation) {
    return operation + " at " + CallSite.here();
  }
}
