package org.millrace.api.graph;

import java.util.Objects;
import org.millrace.api.sink.Sink;
import org.millrace.api.streaming.Time;

/** Something that a program wants done with each batch of a stream. */
public sealed interface Output {
  /** Position among the outputs of the program, from 0; the order in which they run. */
  int id();

  /** The stream whose batches go out. */
  StreamNode parent();

  /** The operation and its place in the program: {@code "print at WordCount.java:34"}. */
  String description();

  /**
   * Calls a function on the driver.
   *
   * @param action what is called for each batch, on the driver's user thread
   */
  record ForEachOutput(int id, StreamNode parent, BatchAction action, String description)
      implements Output {
    /** Checks that everything is given. */
    public ForEachOutput {
      Objects.requireNonNull(parent, "parent");
      Objects.requireNonNull(action, "action");
      Objects.requireNonNull(description, "description");
    }
  }

  /**
   * Writes each batch as text files, one for each partition, into a directory named by {@link
   * #directory}.
   *
   * @param prefix beginning of the directory's path; may be empty
   * @param suffix end of the directory's path without the dot; may be empty
   */
  record TextFilesOutput(
      int id, StreamNode parent, String prefix, String suffix, String description)
      implements Output {
    /** Checks that everything is given. */
    public TextFilesOutput {
      Objects.requireNonNull(parent, "parent");
      Objects.requireNonNull(prefix, "prefix");
      Objects.requireNonNull(suffix, "suffix");
      Objects.requireNonNull(description, "description");
    }

    /** The directory of a batch: {@code prefix-TIME.suffix}, the time in milliseconds. */
    public String directory(Time batchTime) {
      return Output.directory(prefix, suffix, batchTime);
    }
  }

  /**
   * Writes each batch by a Hadoop output format into a directory named by {@link #directory}.
   *
   * @param prefix beginning of the directory's path; may be empty
   * @param suffix end of the directory's path without the dot; may be empty
   */
  record HadoopFilesOutput(
      int id,
      StreamNode parent,
      String prefix,
      String suffix,
      HadoopOutput output,
      String description)
      implements Output {
    /** Checks that everything is given. */
    public HadoopFilesOutput {
      Objects.requireNonNull(parent, "parent");
      Objects.requireNonNull(prefix, "prefix");
      Objects.requireNonNull(suffix, "suffix");
      Objects.requireNonNull(output, "output");
      Objects.requireNonNull(description, "description");
    }

    /** The directory of a batch: {@code prefix-TIME.suffix}, the time in milliseconds. */
    public String directory(Time batchTime) {
      return Output.directory(prefix, suffix, batchTime);
    }
  }

  /**
   * Writes each batch to a sink, exactly once.
   *
   * @param outputId the name that the program gave the output, its own; the sink's records are of
   *     the type of the stream's
   */
  record SinkOutput(int id, StreamNode parent, String outputId, Sink<?> sink, String description)
      implements Output {
    /** Checks that everything is given. */
    public SinkOutput {
      Objects.requireNonNull(parent, "parent");
      Objects.requireNonNull(outputId, "outputId");
      Objects.requireNonNull(sink, "sink");
      Objects.requireNonNull(description, "description");
    }
  }

  private static String directory(String prefix, String suffix, Time batchTime) {
    String stem =
        prefix.isEmpty()
            ? Long.toString(batchTime.milliseconds())
            : prefix + "-" + batchTime.milliseconds();
    return suffix.isEmpty() ? stem : stem + "." + suffix;
  }
}
