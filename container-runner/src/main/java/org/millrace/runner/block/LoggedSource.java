package org.millrace.runner.block;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.millrace.api.streaming.receiver.SourcePosition;

/**
 * The names of sources in a block log: a log has the streams of several receivers, so the name of a
 * source begins with its stream, {@code 0000000100000002:name}.
 */
public final class LoggedSource {
  private static final int STREAM_CHARS = 16;

  private LoggedSource() {}

  /** A position as it stands in the log. */
  public static org.millrace.checkpoint.blocklog.SourcePosition position(
      long streamId, SourcePosition position) {
    return new org.millrace.checkpoint.blocklog.SourcePosition(
        "%016x:%s".formatted(streamId, position.source()), ByteBuffer.wrap(position.offsetBytes()));
  }

  /** The stream of a position in the log; empty when it was written by something else. */
  public static OptionalLong stream(org.millrace.checkpoint.blocklog.SourcePosition logged) {
    String name = logged.source();
    if (name.length() <= STREAM_CHARS || name.charAt(STREAM_CHARS) != ':') {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseUnsignedLong(name.substring(0, STREAM_CHARS), 16));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The position as the receiver stored it. */
  public static SourcePosition source(org.millrace.checkpoint.blocklog.SourcePosition logged) {
    byte[] offset = new byte[logged.position().remaining()];
    logged.position().duplicate().get(offset);
    return SourcePosition.of(logged.source().substring(STREAM_CHARS + 1), offset);
  }
}
