package org.millrace.am.receive;

import java.util.Objects;
import org.millrace.api.streaming.receiver.SourcePosition;

/**
 * How far a source of an input was stored, as the event log knows it. Immutable.
 *
 * @param streamId the stream that has the records before the position
 */
public record ReachedPosition(int inputId, long streamId, SourcePosition position) {
  public ReachedPosition {
    Objects.requireNonNull(position, "position");
  }
}
