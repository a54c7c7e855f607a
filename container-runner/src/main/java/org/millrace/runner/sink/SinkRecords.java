package org.millrace.runner.sink;

import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sink.Sink;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkWriter;
import org.millrace.runner.hadoop.RecordOutput;

/**
 * The records of one attempt on their way into a sink. Used by one thread at a time; all methods
 * may block.
 */
public final class SinkRecords implements RecordOutput {
  private final SinkAttempt attempt;
  private final SinkWriter<Object> writer;

  /**
   * Opens the sink.
   *
   * @throws Exception what the sink throws
   */
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  public SinkRecords(Sink<?> sink, SinkAttempt attempt) throws Exception {
    this.attempt = attempt;
    this.writer = ((Sink<Object>) sink).open(attempt);
    if (writer == null) {
      throw wrong("opened no writer");
    }
  }

  @Override
  public void write(Object record) throws Exception {
    writer.write(record);
  }

  /** Gives the one message of the attempt. */
  @Override
  public List<?> commit() throws Exception {
    byte[] message = writer.prepare();
    if (message == null) {
      throw wrong("prepared null; give an empty array when nothing was staged");
    }
    if (message.length > SinkWriter.MAX_MESSAGE_BYTES) {
      throw wrong(
          "prepared a message of "
              + message.length
              + " bytes; at most "
              + SinkWriter.MAX_MESSAGE_BYTES
              + " can be kept, so stage what the committer needs and give its name");
    }
    writer.close();
    return List.of(message);
  }

  @Override
  public void abort() throws Exception {
    try {
      writer.abort();
    } finally {
      writer.close();
    }
  }

  private MillraceException wrong(String what) {
    return new MillraceException(
        ErrorCode.ILLEGAL_USE, "the sink of output '" + attempt.output().outputId() + "' " + what);
  }
}
