package org.millrace.checkpoint.publish;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * What the tasks of a batch prepared in a sink. Immutable.
 *
 * @param outputId the output's name in the program
 * @param application the identity under which it was staged, which outlives drivers
 * @param epoch of the driver whose tasks prepared it
 * @param messages what the attempts that count said when they had prepared, in the order of their
 *     partitions; opaque. Partitions that staged nothing have none. Read-only
 */
public record StagedSink(String outputId, String application, long epoch, List<ByteBuffer> messages)
    implements PreparedOutput {

  public StagedSink {
    Objects.requireNonNull(outputId, "outputId");
    Objects.requireNonNull(application, "application");
    messages = messages.stream().map(StagedSink::copy).toList();
  }

  private static ByteBuffer copy(ByteBuffer message) {
    return ByteBuffer.allocate(message.remaining())
        .put(message.duplicate())
        .flip()
        .asReadOnlyBuffer();
  }

  /** The messages as arrays, which belong to the caller. */
  public List<byte[]> messageBytes() {
    return messages.stream().map(StagedSink::bytes).toList();
  }

  private static byte[] bytes(ByteBuffer message) {
    byte[] bytes = new byte[message.remaining()];
    message.duplicate().get(bytes);
    return bytes;
  }

  @Override
  public String description() {
    return "output '"
        + outputId
        + "', staged by "
        + messages.size()
        + " tasks of epoch "
        + epoch
        + " for application "
        + application;
  }
}
