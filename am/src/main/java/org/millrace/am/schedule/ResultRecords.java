package org.millrace.am.schedule;

import java.util.List;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.wire.Payload;

/**
 * Gives the records of results: as they are inside one process, decoded from a wire. Thread-safe.
 */
public final class ResultRecords implements JobRunner.ResultDecoder {
  private final RecordCodec codec;

  public ResultRecords(RecordCodec codec) {
    this.codec = codec;
  }

  @Override
  @SuppressWarnings("unchecked") // a task sends its result by reference as a list
  public List<Object> decode(TaskResult result) {
    if (result.payload() instanceof Payload.Reference reference) {
      return (List<Object>) reference.object();
    }
    return codec.decode(result.payload().bytes(), result.finished().getResultCount());
  }
}
