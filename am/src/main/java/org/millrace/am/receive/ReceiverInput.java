package org.millrace.am.receive;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Objects;

/**
 * An input stream that is fed by a receiver. Immutable.
 *
 * @param id of the input
 * @param receiver Java-serialized
 * @param replication copies of each block, 1 or more
 * @param preferredHosts where to run it if there is an executor; may be empty
 */
public record ReceiverInput(
    int id, String name, ByteString receiver, int replication, List<String> preferredHosts) {
  public ReceiverInput {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(receiver, "receiver");
    preferredHosts = List.copyOf(preferredHosts);
    if (replication < 1) {
      throw new IllegalArgumentException("replication of " + name + " is " + replication);
    }
  }
}
