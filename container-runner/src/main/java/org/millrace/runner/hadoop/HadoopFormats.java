package org.millrace.runner.hadoop;

import java.util.List;
import java.util.Optional;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.HadoopSplit;

/** Input and output formats as the driver uses them. Thread-safe; all methods may block. */
public interface HadoopFormats {
  /** What reads the splits of an input on executors. */
  SplitReader reader(HadoopInput input);

  /**
   * The splits of an input, in the order that its format gives.
   *
   * @param minPartitions a hint, as the format understands it
   * @throws org.millrace.api.error.MillraceException NO_SUCH_PATH, INPUT_UNAVAILABLE, NO_SUCH_CLASS
   */
  List<HadoopSplit> splits(HadoopInput input, int minPartitions);

  /**
   * The splits of single files of an input, which must not have changed when they are read.
   *
   * @throws org.millrace.api.error.MillraceException as {@link #splits(HadoopInput, int)}
   */
  List<HadoopSplit> splits(HadoopInput input, List<InputFile> files, int minPartitions);

  /** A file of an input as it was listed. Immutable. */
  record InputFile(String path, long lengthBytes, long modificationTimeMs) {}

  /** Whether a file name says that Hadoop has to decompress the file. */
  boolean isCompressed(String path);

  /** The lines of files that Hadoop has to decompress. */
  HadoopInput compressedLines(String description);

  /**
   * How an output is written.
   *
   * @throws org.millrace.api.error.MillraceException NO_SUCH_CLASS, ILLEGAL_USE
   */
  PlannedOutput output(HadoopOutput output);

  /** An output whose format is known. Thread-safe; all methods may block. */
  interface PlannedOutput {
    /** What writes partitions on executors. */
    OutputWriter writer();

    /** Whether it writes files into a directory; otherwise its own committer decides. */
    boolean writesFiles();

    /** The directory that the program gave, with the output or in its configuration. */
    Optional<String> directory();

    /**
     * Lets the format refuse what it cannot do.
     *
     * @param directory where files will be published; empty for a format without files
     * @throws org.millrace.api.error.MillraceException OUTPUT_EXISTS, ILLEGAL_USE
     */
    void check(String directory);

    /** Begins a job of a format without files. */
    void setUp();

    /** Ends it well. */
    void commit();

    /** Gives it up. */
    void abort();
  }
}
