package org.millrace.checkpoint.files.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.millrace.api.error.MillraceException;

/** The blocking operations of one open file; called by one worker at a time. */
interface ByteSink {

  /** Writes all remaining bytes. */
  void write(ByteBuffer data) throws IOException;

  void flush() throws IOException;

  void sync() throws IOException;

  /** The machines that hold what was flushed last; empty where there are no replicas. */
  List<String> nodes();

  /** Closes the file; not called twice. */
  void close() throws IOException;

  /** Lets go of the file after a failure or an abort. */
  void abandon() throws IOException;

  /** What a failure of this file means for its writer; may ask the file system. */
  MillraceException explain(String action, Exception failure);
}
