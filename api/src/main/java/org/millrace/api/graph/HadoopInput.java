package org.millrace.api.graph;

import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapred.JobConf;

/**
 * What a program wants read through Hadoop. Immutable: the configuration is a copy and is not
 * changed.
 *
 * @param paths files, directories or globs, comma-separated; absent when the configuration says
 *     what is read
 * @param description the operation and its place in the program
 */
public record HadoopInput(
    HadoopFormat format,
    Form form,
    Optional<String> paths,
    Configuration configuration,
    String description) {
  private static final String SEQUENCE_FILES = "org.apache.hadoop.mapred.SequenceFileInputFormat";
  private static final String TEXT = "org.apache.hadoop.mapreduce.lib.input.TextInputFormat";
  private static final String FIXED_LENGTH =
      "org.apache.hadoop.mapreduce.lib.input.FixedLengthInputFormat";
  private static final String RECORD_LENGTH = "fixedlengthinputformat.record.length";

  /** What of a key and a value becomes the record. */
  public enum Form {
    /** A {@code Tuple2} of both. */
    PAIRS,
    /** The value. */
    VALUES,
    /** The bytes of a {@code BytesWritable} value. */
    BYTES,
    /** The text of the value. */
    LINES
  }

  /** Checks that everything is given. */
  public HadoopInput {
    Objects.requireNonNull(format, "the input format is null");
    Objects.requireNonNull(form, "form");
    Objects.requireNonNull(paths, "paths");
    Objects.requireNonNull(configuration, "the configuration is null");
    Objects.requireNonNull(description, "description");
  }

  /** Pairs by a format of the old interface. */
  public static HadoopInput mapred(
      Class<?> format, Optional<String> paths, Configuration from, String operation) {
    return new HadoopInput(
        new HadoopFormat.Mapred(format.getName()),
        Form.PAIRS,
        paths,
        new JobConf(from),
        described(operation));
  }

  /** Pairs by a format of the new interface. */
  public static HadoopInput mapreduce(
      Class<?> format, Optional<String> paths, Configuration from, String operation) {
    return new HadoopInput(
        new HadoopFormat.Mapreduce(format.getName()),
        Form.PAIRS,
        paths,
        new JobConf(from),
        described(operation));
  }

  /** The pairs of sequence files. */
  public static HadoopInput sequenceFile(String path, Configuration from) {
    return new HadoopInput(
        new HadoopFormat.Mapred(SEQUENCE_FILES),
        Form.PAIRS,
        Optional.of(path),
        new JobConf(from),
        described("sequenceFile"));
  }

  /** The lines of text files of any compression that Hadoop knows. */
  public static HadoopInput lines(Optional<String> paths, Configuration from, String description) {
    return new HadoopInput(
        new HadoopFormat.Mapreduce(TEXT), Form.LINES, paths, new JobConf(from), description);
  }

  /** Records of so many bytes each. */
  public static HadoopInput binaryRecords(
      Optional<String> path, int recordLength, Configuration from, String operation) {
    JobConf job = new JobConf(from);
    job.setInt(RECORD_LENGTH, recordLength);
    return new HadoopInput(
        new HadoopFormat.Mapreduce(FIXED_LENGTH), Form.BYTES, path, job, described(operation));
  }

  /** What a format of the engine gives. */
  public static HadoopInput own(
      HadoopFormat.Own format, String path, Configuration from, String operation) {
    return new HadoopInput(
        format,
        format == HadoopFormat.Own.OBJECT_FILES ? Form.VALUES : Form.PAIRS,
        Optional.of(path),
        new JobConf(from),
        described(operation));
  }

  private static String described(String operation) {
    return operation + " at " + CallSite.here();
  }
}
