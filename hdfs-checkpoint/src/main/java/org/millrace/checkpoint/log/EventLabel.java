package org.millrace.checkpoint.log;

import java.nio.charset.StandardCharsets;
import org.millrace.checkpoint.log.format.EventRecord;
import org.millrace.checkpoint.segment.SegmentLabel;

/** How the segments of event logs are labelled, as docs/format/event-log.md says. */
final class EventLabel {

  private static final int MAGIC = 0x4d52454c;
  private static final int VERSION = 1;

  private EventLabel() {}

  static SegmentLabel of(long epoch) {
    return new SegmentLabel(
        MAGIC,
        VERSION,
        epoch,
        EventRecord.getClassSchema().toString().getBytes(StandardCharsets.UTF_8));
  }
}
