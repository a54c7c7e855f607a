package org.millrace.api.graph;

import java.util.Objects;

/** How files or other storage are read or written. */
public sealed interface HadoopFormat {
  /**
   * A class of {@code org.apache.hadoop.mapred}.
   *
   * @param className an {@code InputFormat} or {@code OutputFormat}
   */
  record Mapred(String className) implements HadoopFormat {
    /** Checks that the class is named. */
    public Mapred {
      Objects.requireNonNull(className, "className");
    }
  }

  /**
   * A class of {@code org.apache.hadoop.mapreduce}.
   *
   * @param className an {@code InputFormat} or {@code OutputFormat}
   */
  record Mapreduce(String className) implements HadoopFormat {
    /** Checks that the class is named. */
    public Mapreduce {
      Objects.requireNonNull(className, "className");
    }
  }

  /** Formats of the engine. */
  enum Own implements HadoopFormat {
    /** Any records in Avro container files; in and out. */
    OBJECT_FILES,
    /** Pairs of a file's URI and its text; in only. */
    WHOLE_TEXT_FILES,
    /** Pairs of a file's URI and a {@link org.millrace.api.input.PortableDataStream}; in only. */
    BINARY_FILES
  }
}
