package org.millrace.runner.task;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.runner.wire.proto.RunTasks;
import org.millrace.runner.wire.proto.ShuffleSpec;
import org.millrace.runner.wire.proto.Wiring;

/**
 * Where the partitions of shuffles go, as the driver has fixed it for many batches; the least
 * recently used is dropped. Owned by the control loop.
 */
final class WiringCatalog {
  private static final int MOST = 64;

  private final Map<ByteString, Wiring> wirings =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteString, Wiring> eldest) {
          return size() > MOST;
        }
      };

  /** Keeps what the message brings; answers which wirings it names that are not here. */
  List<ByteString> take(RunTasks message) {
    message.getWiringsList().forEach(wiring -> wirings.put(wiring.getId(), wiring));
    List<ByteString> missing = new ArrayList<>(0);
    for (ShuffleSpec shuffle : message.getShufflesList()) {
      if (!shuffle.getWiring().isEmpty() && !wirings.containsKey(shuffle.getWiring())) {
        missing.add(shuffle.getWiring());
      }
    }
    return missing;
  }

  /** The shuffles with their reducers. */
  List<ShuffleSpec> wired(List<ShuffleSpec> shuffles) {
    List<ShuffleSpec> wired = new ArrayList<>(shuffles.size());
    for (ShuffleSpec shuffle : shuffles) {
      wired.add(
          shuffle.getWiring().isEmpty()
              ? shuffle
              : shuffle.toBuilder()
                  .addAllReducers(wirings.get(shuffle.getWiring()).getReducersList())
                  .build());
    }
    return wired;
  }
}
