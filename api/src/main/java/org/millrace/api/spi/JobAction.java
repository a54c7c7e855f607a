package org.millrace.api.spi;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.VoidFunction;
import org.millrace.api.sink.Sink;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.streaming.Time;

/**
 * What a job does with each partition of a dataset.
 *
 * @param <R> type of the result of one partition
 */
public sealed interface JobAction<R> {
  /** Gives the records of the partition, in order. */
  record Collect() implements JobAction<List<Object>> {}

  /** Computes what is not kept or not up to date: persisted partitions and state. Gives null. */
  record Materialize() implements JobAction<Void> {}

  /** Gives the number of records. */
  record Count() implements JobAction<Long> {}

  /**
   * Gives the first records of the partition, in order.
   *
   * @param limit how many at most; at least 1
   */
  record Take(int limit) implements JobAction<List<Object>> {
    /** Checks the limit. */
    public Take {
      if (limit < 1) {
        throw new IllegalArgumentException("a limit of " + limit + " takes nothing");
      }
    }
  }

  /** Reduces the records from the first to the last; gives one value, none for no records. */
  record Reduce(Function2<Object, Object, Object> function) implements JobAction<List<Object>> {
    /** Checks that the function is given. */
    public Reduce {
      Objects.requireNonNull(function, "function");
    }
  }

  /** Calls a function for each record. The result is null. */
  record ForEach(VoidFunction<Object> function) implements JobAction<Void> {
    /** Checks that the function is given. */
    public ForEach {
      Objects.requireNonNull(function, "function");
    }
  }

  /** Calls a function once, also for a partition without records. The result is null. */
  record ForEachPartition(VoidFunction<Iterator<Object>> function) implements JobAction<Void> {
    /** Checks that the function is given. */
    public ForEachPartition {
      Objects.requireNonNull(function, "function");
    }
  }

  /** Calls a function once, also for a partition without records, and gives its result. */
  record MapPartition<R>(Function<Iterator<Object>, R> function) implements JobAction<R> {
    /** Checks that the function is given. */
    public MapPartition {
      Objects.requireNonNull(function, "function");
    }
  }

  /**
   * Writes {@code toString()} of each record and a line feed to a file of its own in a directory;
   * null is written as {@code null}. A partition without records gives an empty file.
   *
   * @param stagingDirectory where the files are written until they are published
   */
  record SaveText(String stagingDirectory) implements JobAction<WrittenFile> {
    /** Checks that the directory is given. */
    public SaveText {
      Objects.requireNonNull(stagingDirectory, "stagingDirectory");
    }
  }

  /**
   * Writes each partition by an output format, into a directory of the attempt below another one.
   * The result is the names of the files, relative to the directory.
   *
   * @param writer writes a partition on an executor; of a type of the engine
   * @param stagingDirectory where the files are written until they are published; empty for a
   *     format that does not write files
   */
  record SaveFormat(Serializable writer, String stagingDirectory)
      implements JobAction<List<Object>> {
    /** Checks that everything is given. */
    public SaveFormat {
      Objects.requireNonNull(writer, "writer");
      Objects.requireNonNull(stagingDirectory, "stagingDirectory");
    }
  }

  /**
   * Writes each partition to a sink. The result is the one message that the attempt prepared.
   *
   * @param sink writes records of the dataset's type
   * @param batchTime the time of the batch
   * @param run differs each time that a batch of the output is written in an epoch, from 0
   */
  record WriteSink(Sink<?> sink, SinkContext output, Time batchTime, long run)
      implements JobAction<byte[]> {
    /** Checks that everything is given. */
    public WriteSink {
      Objects.requireNonNull(sink, "sink");
      Objects.requireNonNull(output, "output");
      Objects.requireNonNull(batchTime, "batchTime");
    }
  }

  /**
   * A file that a task has written and closed.
   *
   * @param name its name within the staging directory
   * @param sizeBytes its size
   */
  record WrittenFile(String name, long sizeBytes) implements Serializable {
    /** Checks that the name is given. */
    public WrittenFile {
      Objects.requireNonNull(name, "name");
    }
  }
}
