package org.millrace.checkpoint.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.segment.LogRecord;
import org.millrace.checkpoint.segment.SegmentLabel;

/** Turns the records of an event log into events. Used on one thread at a time. */
final class EventLogReader implements Consumer<LogRecord> {

  private final String directory;
  private final LogVisitor visitor;
  private SegmentLabel label;
  private EventDecoder decoder;

  EventLogReader(String directory, LogVisitor visitor) {
    this.directory = directory;
    this.visitor = visitor;
  }

  @Override
  public void accept(LogRecord record) {
    if (!record.label().equals(label)) {
      label = record.label();
      decoder = new EventDecoder(schema(record));
    }
    visitor.onEvent(record.number(), decode(record));
  }

  private Schema schema(LogRecord record) {
    try {
      return new Schema.Parser().parse(new String(label.description(), StandardCharsets.UTF_8));
    } catch (SchemaParseException e) {
      throw corrupt(record, "its schema cannot be parsed", e);
    }
  }

  private DriverEvent decode(LogRecord record) {
    try {
      return decoder.decode(record.payload().array());
    } catch (IOException e) {
      throw corrupt(record, "a record cannot be decoded", e);
    }
  }

  private MillraceException corrupt(LogRecord record, String what, Exception cause) {
    return new MillraceException(
        ErrorCode.CORRUPT_LOG,
        "Segment %s is damaged at offset %d: %s: %s"
            .formatted(
                record.location().pathIn(directory),
                record.location().offset(),
                what,
                cause.getMessage()),
        cause);
  }
}
