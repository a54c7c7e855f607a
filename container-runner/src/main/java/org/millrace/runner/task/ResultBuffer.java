package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.codec.RecordWriter;
import org.millrace.runner.shuffle.RecordSizes;
import org.millrace.runner.task.TaskSettings.Results;

/**
 * The records of a result, by reference or encoded, up to the limit. Owned by the slot loop of its
 * task.
 */
final class ResultBuffer {
  private static final int SAMPLE_EVERY = 16;

  private final List<Object> records;
  private final RecordWriter writer;
  private final long maxBytes;
  private final TaskKey task;
  private long estimatedBytes;

  ResultBuffer(RecordCodec codec, TaskSettings settings, TaskKey task) {
    boolean byReference = settings.results() == Results.BY_REFERENCE;
    this.records = byReference ? new ArrayList<>() : null;
    this.writer = byReference ? null : codec.writer();
    this.maxBytes = settings.maxResultBytes();
    this.task = task;
  }

  void add(Object record) {
    if (writer != null) {
      writer.write(record);
      requireWithin(writer.sizeBytes());
      return;
    }
    estimate(record);
    records.add(record);
  }

  /** Looks at the first records, then at some. */
  private void estimate(Object record) {
    boolean first = records.size() < SAMPLE_EVERY;
    if (first || records.size() % SAMPLE_EVERY == 0) {
      long weight = first ? 1 : SAMPLE_EVERY;
      estimatedBytes += weight * RecordSizes.estimateBytes(record);
      requireWithin(estimatedBytes);
    }
  }

  private void requireWithin(long bytes) {
    if (bytes > maxBytes) {
      throw new MillraceException(
          ErrorCode.RESULT_TOO_LARGE,
          "the result of "
              + task
              + " is larger than "
              + maxBytes
              + " bytes; give the driver less (aggregate, or save to files) or raise"
              + " millrace.driver.maxResultSize");
    }
  }

  int size() {
    return writer != null ? writer.recordCount() : records.size();
  }

  long genericBytes() {
    return writer == null ? 0 : writer.genericBytes();
  }

  Sink.Result take() {
    int count = size();
    return writer != null ? Sink.Result.of(writer.takeBytes(), count) : Sink.Result.of(records);
  }
}
