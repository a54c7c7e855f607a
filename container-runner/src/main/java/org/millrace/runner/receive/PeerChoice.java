package org.millrace.runner.receive;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.Membership;

/**
 * Which executor keeps the copies of a stream: one on another host if there is one, and streams are
 * spread by rendezvous hashing, so that a choice changes only when its executor leaves. Immutable.
 */
final class PeerChoice {
  static final PeerChoice NOBODY = new PeerChoice(Map.of(), -1);

  private final Map<Integer, String> hosts;
  private final int self;

  private PeerChoice(Map<Integer, String> hosts, int self) {
    this.hosts = hosts;
    this.self = self;
  }

  static PeerChoice among(Membership membership, int self) {
    Map<Integer, String> hosts = new HashMap<>();
    for (ExecutorAddress executor : membership.getExecutorsList()) {
      hosts.put(executor.getExecutorId(), executor.getHost());
    }
    return new PeerChoice(Map.copyOf(hosts), self);
  }

  boolean isLiving(int executor) {
    return hosts.containsKey(executor);
  }

  /** Empty when there is no other executor, or only those to be avoided. */
  OptionalInt peerFor(long streamId, Set<Integer> avoided) {
    String ownHost = hosts.getOrDefault(self, "");
    Comparator<Integer> anotherHostFirst =
        Comparator.comparing(executor -> hosts.get(executor).equals(ownHost));
    return hosts.keySet().stream()
        .filter(executor -> executor != self && !avoided.contains(executor))
        .min(anotherHostFirst.thenComparingLong(executor -> weight(streamId, executor)))
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }

  /** Spreads all pairs evenly (the finalizer of MurmurHash3). */
  private static long weight(long streamId, int executor) {
    long hash = streamId * 0x9E3779B97F4A7C15L + executor;
    hash = (hash ^ hash >>> 33) * 0xFF51AFD7ED558CCDL;
    hash = (hash ^ hash >>> 33) * 0xC4CEB9FE1A85EC53L;
    return hash ^ hash >>> 33;
  }
}
