package org.millrace.am.schedule;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.runner.conf.Technique;
import org.millrace.runner.wire.proto.Wiring;

/**
 * Where the partitions of shuffles go, as long as it is the same from batch to batch: executors are
 * sent it once. Small shuffles need none. Bounded, the least recently used dropped. Owned by the
 * driver loop.
 */
final class Wirings {
  private static final int MOST = 64;

  /** Fewer reducers are as short by themselves. */
  private static final int LEAST_REDUCERS = 64;

  private final Map<Reducers, Wiring> wirings =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Reducers, Wiring> eldest) {
          return size() > MOST;
        }
      };

  private static final class Reducers {
    private final int[] executorIds;
    private final int hash;

    Reducers(int[] executorIds) {
      this.executorIds = executorIds;
      this.hash = Arrays.hashCode(executorIds);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Reducers that && Arrays.equals(executorIds, that.executorIds);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /**
   * The wiring of a shuffle, null when it needs none.
   *
   * @param reducers executor by reduce partition
   */
  Wiring of(int[] reducers) {
    if (reducers.length < LEAST_REDUCERS || !Technique.WIRINGS.isUsed()) {
      return null;
    }
    Wiring known = wirings.get(new Reducers(reducers));
    if (known == null) {
      known = make(reducers);
      wirings.put(new Reducers(reducers.clone()), known);
    }
    return known;
  }

  private static Wiring make(int[] reducers) {
    ByteBuffer content = ByteBuffer.allocate(4 * reducers.length);
    content.asIntBuffer().put(reducers);
    Wiring.Builder wiring = Wiring.newBuilder();
    try {
      wiring.setId(
          ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(content.array())));
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
    for (int executorId : reducers) {
      wiring.addReducers(executorId);
    }
    return wiring.build();
  }
}
