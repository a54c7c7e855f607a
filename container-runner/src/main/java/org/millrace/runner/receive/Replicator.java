package org.millrace.runner.receive;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.block.BlockStore;
import org.millrace.runner.block.StoredBlock;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.BlockReplicated;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ReplicateBlock;

/**
 * Keeps a copy of one stream's blocks on a peer and moves the stream's mark. Owned by the control
 * loop.
 *
 * <p>Blocks go to the peer in order, as many as the window allows; the peer answers how far it
 * holds the stream. Whatever is lost on the way is sent again from there. Another peer gets all
 * blocks that are not released. With no other executor the mark moves without a copy. One copy is
 * kept whatever higher number the storage level asks for.
 *
 * <pre>
 *   released &lt;= acknowledged &lt;= sent &lt;= stored        (sequences; the mark only moves forward)
 * </pre>
 */
final class Replicator {
  private static final int NONE = -1;

  private final long streamId;
  private final PeerLinks peerLinks;
  private final BlockStore store;
  private final Loop loop;
  private final Clock clock;
  private final ReceiverSettings settings;
  private final SafeMark mark;
  private final Consumer<String> notice;

  /** Blocks {@code [released, stored)} by their sequence. */
  private final Map<Long, Unreleased> blocks = new HashMap<>();

  private PeerChoice peers = PeerChoice.NOBODY;
  private boolean copyWanted;
  private boolean missingCopyNoticed;
  private int peer = NONE;
  private long released;
  private long acknowledged;
  private long sent;
  private long stored;
  private long storedRecords;
  private long onTheWayBytes;
  private boolean refused;
  private int waitingForLinkTo = NONE;
  private long newestActivityNanos;
  private long newestProgressNanos;

  /**
   * @param notice told when copies are missing or are made again
   */
  Replicator(
      long streamId, ReceiverEnvironment environment, SafeMark mark, Consumer<String> notice) {
    this.streamId = streamId;
    this.peerLinks = environment.peerLinks();
    this.store = environment.blockStore();
    this.loop = environment.controlLoop();
    this.clock = environment.clock();
    this.settings = environment.settings();
    this.mark = mark;
    this.notice = notice;
  }

  /** Copies in all that the storage level asks for; 1: none on a peer. */
  void setReplication(int replication) {
    copyWanted = replication > 1;
    choosePeer(Set.of());
  }

  void onStored(StoredBlock block) {
    blocks.put(stored, new Unreleased(storedRecords, block.encoded().remaining()));
    stored++;
    storedRecords += block.recordCount();
    proceed();
  }

  void onMembership(PeerChoice now) {
    peers = now;
    if (peer == NONE || !peers.isLiving(peer)) {
      choosePeer(Set.of());
    }
  }

  void onReplicated(int fromExecutor, BlockReplicated answer) {
    if (fromExecutor != peer) {
      return;
    }
    newestActivityNanos = clock.nanoTime();
    if (answer.getUntil() > acknowledged && answer.getUntil() <= stored) {
      acknowledgeUntil(answer.getUntil());
      newestProgressNanos = newestActivityNanos;
      moveMark(acknowledged);
    }
    refused = answer.getRefused();
    if (refused) {
      goBackTo(acknowledged);
    }
    proceed();
  }

  /** Blocks below {@code until} are of no use to anybody. */
  void onReleased(long until) {
    long target = Math.min(until, stored);
    acknowledgeUntil(target);
    while (released < target) {
      blocks.remove(released);
      released++;
    }
    proceed();
  }

  /** To be called now and then: notices a peer that does not answer or has no memory for long. */
  void onTick() {
    long nowNanos = clock.nanoTime();
    if (peer == NONE || acknowledged == stored) {
      newestProgressNanos = nowNanos;
      return;
    }
    if (elapsedMs(newestProgressNanos, nowNanos) >= settings.peerPatienceMs()) {
      newestProgressNanos = nowNanos;
      if (peers.peerFor(streamId, Set.of(peer)).isPresent()) {
        choosePeer(Set.of(peer));
        return;
      }
    }
    if (elapsedMs(newestActivityNanos, nowNanos) >= settings.resendTimeoutMs()) {
      newestActivityNanos = nowNanos;
      refused = false;
      goBackTo(acknowledged);
      proceed();
    }
  }

  /** Moves the mark to the end although not all copies are made; for a receiver that stops. */
  void moveMarkToEnd() {
    moveMark(stored);
  }

  long stored() {
    return stored;
  }

  private void choosePeer(Set<Integer> avoided) {
    OptionalInt chosen = copyWanted ? peers.peerFor(streamId, avoided) : OptionalInt.empty();
    if (chosen.isEmpty()) {
      peer = NONE;
    } else if (chosen.getAsInt() != peer) {
      if (missingCopyNoticed) {
        notice.accept("replicas: 2 of 2, again");
        missingCopyNoticed = false;
      }
      peer = chosen.getAsInt();
      goBackTo(released);
      refused = false;
      newestActivityNanos = clock.nanoTime();
      newestProgressNanos = newestActivityNanos;
    }
    proceed();
  }

  private void proceed() {
    if (peer == NONE) {
      acknowledgeUntil(stored);
      moveMark(stored);
      if (copyWanted && stored > released && !missingCopyNoticed) {
        missingCopyNoticed = true;
        notice.accept("replicas: 1 of 2, because no other executor lives");
      }
      return;
    }
    while (sent < stored && !refused && windowIsOpen()) {
      if (!peerLinks.isWritable(peer)) {
        proceedWhenWritable();
        return;
      }
      send();
    }
  }

  /** One block may always be on its way, however large it is. */
  private boolean windowIsOpen() {
    return sent == acknowledged || onTheWayBytes < settings.replicationWindowBytes();
  }

  private void send() {
    Optional<ByteBuffer> encoded = store.encoded(new BlockId(streamId, sent));
    Unreleased block = blocks.get(sent);
    sent++;
    onTheWayBytes += block.bytes();
    if (encoded.isEmpty()) {
      // Released in this turn: the peer will learn it from the next block's lowest sequence.
      return;
    }
    ReplicateBlock message =
        ReplicateBlock.newBuilder()
            .setStreamId(streamId)
            .setSequence(sent - 1)
            .setLowestSequence(released)
            .setRecordsBefore(block.recordsBefore())
            .build();
    peerLinks.send(
        peer, Frame.of(Envelope.newBuilder().setReplicateBlock(message).build(), encoded.get()));
  }

  private void proceedWhenWritable() {
    int awaited = peer;
    if (waitingForLinkTo == awaited) {
      return;
    }
    waitingForLinkTo = awaited;
    peerLinks.onWritable(awaited, () -> loop.execute(() -> onWritable(awaited)));
  }

  private void onWritable(int executor) {
    if (waitingForLinkTo == executor) {
      waitingForLinkTo = NONE;
      proceed();
    }
  }

  private void acknowledgeUntil(long target) {
    for (; acknowledged < target; acknowledged++) {
      if (acknowledged < sent) {
        onTheWayBytes -= blocks.get(acknowledged).bytes();
      }
    }
    sent = Math.max(sent, acknowledged);
  }

  private void goBackTo(long target) {
    acknowledged = target;
    sent = target;
    onTheWayBytes = 0;
  }

  private void moveMark(long target) {
    mark.moveTo(target, target == stored ? storedRecords : blocks.get(target).recordsBefore());
  }

  private static long elapsedMs(long fromNanos, long toNanos) {
    return TimeUnit.NANOSECONDS.toMillis(toNanos - fromNanos);
  }

  /**
   * @param recordsBefore records in the stream before this block
   */
  private record Unreleased(long recordsBefore, int bytes) {}
}
