package org.millrace.runner.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.BlockReplicated;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBlock;
import org.millrace.runner.wire.proto.FetchedBlock;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.ReplicateBlock;

/**
 * The blocks of this executor: those its receivers brought and the copies it keeps for others.
 * Thread-safe.
 *
 * <p>Blocks are held in the bytes in which they were received and are handed out in the same bytes.
 * Of a stream it holds one run of blocks without a gap. While nobody takes blocks, those that the
 * log has leave memory, the oldest first, when receivers need it; from then on they are read from
 * the log.
 */
public final class BlockStore implements BlockReader {
  private final PeerLinks peerLinks;
  private final BlockMemory memory;
  private final BlockFetcher fetcher;
  private final LoggedBlockReader logReader;
  private final long mostSpilledBytes;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Long, HeldStream> streams = new TreeMap<>();

  @GuardedBy("lock")
  private Set<Integer> living = Set.of();

  @GuardedBy("lock")
  private int newestExecutor;

  @GuardedBy("lock")
  private boolean spilling;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * @param logReader of the log of this executor
   * @param mostSpilledBytes bytes of blocks that may be in the log alone
   * @param controlLoop where a fetch that gets no answer is given up
   * @param fetchTimeoutMs how long one holder may take to answer
   */
  public BlockStore(
      PeerLinks peerLinks,
      BlockMemory memory,
      LoggedBlockReader logReader,
      long mostSpilledBytes,
      Loop controlLoop,
      long fetchTimeoutMs) {
    this.peerLinks = peerLinks;
    this.memory = memory;
    this.logReader = logReader;
    this.mostSpilledBytes = mostSpilledBytes;
    this.fetcher = new BlockFetcher(peerLinks, controlLoop, fetchTimeoutMs);
    memory.onShort(this::spill);
  }

  public BlockMemory memory() {
    return memory;
  }

  /**
   * Takes a block of a receiver of this executor, with the memory reserved for it. Blocks of a
   * stream come in the order of their sequence, from 0.
   */
  public void append(StoredBlock block) {
    boolean taken;
    lock.lock();
    try {
      taken = !closed;
      if (taken) {
        stream(block.id().streamId(), true, peerLinks.self()).append(block);
      }
    } finally {
      lock.unlock();
    }
    if (!taken) {
      memory.releaseReceived(block.reservedBytes());
    }
  }

  /** A block of a receiver of this executor is durable in the log. */
  public void onLogged(BlockId id, LoggedPlace place) {
    lock.lock();
    try {
      HeldStream stream = streams.get(id.streamId());
      if (stream != null) {
        stream.onLogged(id.sequence(), place);
      }
    } finally {
      lock.unlock();
    }
    spill();
  }

  /** Nobody takes blocks: the log gives room to newer ones from now on. */
  public void beginSpilling() {
    setSpilling(true);
    spill();
  }

  /** Blocks are taken again: receivers wait for that. */
  public void endSpilling() {
    setSpilling(false);
  }

  private void setSpilling(boolean now) {
    lock.lock();
    try {
      spilling = now;
    } finally {
      lock.unlock();
    }
  }

  /** The first block of a stream that is in memory here. */
  public long memoryFrom(long streamId) {
    lock.lock();
    try {
      HeldStream stream = streams.get(streamId);
      return stream == null ? 0 : stream.memoryFrom();
    } finally {
      lock.unlock();
    }
  }

  /** Gives receivers that wait the memory of the oldest blocks that the log has. */
  private void spill() {
    long wantedBytes = memory.awaitedBytes();
    if (wantedBytes == 0) {
      return;
    }
    List<StoredBlock> spilled = new ArrayList<>();
    lock.lock();
    try {
      if (spilling && !closed) {
        for (HeldStream stream : streams.values()) {
          if (stream.primary()) {
            spill(stream, wantedBytes, spilled);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    giveBack(spilled, true);
  }

  @GuardedBy("lock")
  private void spill(HeldStream stream, long wantedBytes, List<StoredBlock> spilled) {
    long freedBytes = spilled.stream().mapToLong(StoredBlock::reservedBytes).sum();
    while (freedBytes < wantedBytes && spilledBytes() < mostSpilledBytes) {
      Optional<StoredBlock> oldest = stream.spill();
      if (oldest.isEmpty()) {
        return;
      }
      spilled.add(oldest.get());
      freedBytes += oldest.get().reservedBytes();
    }
  }

  @GuardedBy("lock")
  private long spilledBytes() {
    return streams.values().stream().mapToLong(HeldStream::spilledBytes).sum();
  }

  /** All bytes of a block that is in memory here. */
  public Optional<ByteBuffer> encoded(BlockId id) {
    return encoded(id.streamId(), id.sequence());
  }

  private Optional<ByteBuffer> encoded(long streamId, long sequence) {
    lock.lock();
    try {
      HeldStream stream = streams.get(streamId);
      return stream == null ? Optional.empty() : stream.block(sequence).map(StoredBlock::encoded);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<Block> read(BlockId id, List<Integer> holders) {
    Optional<ByteBuffer> held = encoded(id);
    if (held.isPresent()) {
      return CompletableFuture.completedFuture(BlockLayout.view(held.get()));
    }
    Optional<LoggedPlace> logged = logged(id.streamId(), id.sequence());
    return logged.isPresent()
        ? logReader.read(id, logged.get()).thenApply(BlockLayout::view)
        : fetcher.fetch(id, holders);
  }

  private Optional<LoggedPlace> logged(long streamId, long sequence) {
    lock.lock();
    try {
      HeldStream stream = streams.get(streamId);
      return stream == null ? Optional.empty() : stream.logged(sequence);
    } finally {
      lock.unlock();
    }
  }

  /** Drops the blocks of the stream below {@code until} and gives their memory back. */
  public void release(long streamId, long until) {
    List<StoredBlock> released;
    boolean primary;
    lock.lock();
    try {
      HeldStream stream = streams.get(streamId);
      if (stream == null) {
        return;
      }
      primary = stream.primary();
      released = stream.release(until);
    } finally {
      lock.unlock();
    }
    giveBack(released, primary);
  }

  /** What is held of each stream, in the order of stream ids. */
  public List<HeldRange> ranges() {
    lock.lock();
    try {
      List<HeldRange> ranges = new ArrayList<>(streams.size());
      streams.forEach((id, stream) -> ranges.add(stream.range(id)));
      return ranges;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets executors that are gone: what they still send is dropped, what was asked is not
   * awaited.
   */
  public void onMembership(Membership membership) {
    Set<Integer> now = new HashSet<>();
    membership.getExecutorsList().forEach(executor -> now.add(executor.getExecutorId()));
    lock.lock();
    try {
      living = now;
      for (int executor : now) {
        newestExecutor = Math.max(newestExecutor, executor);
      }
      for (var all = streams.entrySet().iterator(); all.hasNext(); ) {
        HeldStream each = all.next().getValue();
        if (each.isForgettable() && isGone(each.executor())) {
          all.remove();
        }
      }
    } finally {
      lock.unlock();
    }
    memory.expectReplicas(now.stream().anyMatch(executor -> executor != peerLinks.self()));
    fetcher.onMembership(now);
  }

  /**
   * Keeps a copy for another executor and answers how far its stream is held here. When there is no
   * memory the answer says so, and a second answer follows as soon as there is. A block that does
   * not follow what is held is dropped without an answer: the sender goes back by itself.
   *
   * @return whether the block is new here
   * @throws org.millrace.api.error.MillraceException PROTOCOL_VIOLATION for bytes that are no block
   */
  public boolean onReplicateBlock(int fromExecutor, ReplicateBlock message, ByteBuffer encoded) {
    Block block = BlockLayout.decode(encoded);
    BlockId id = block.id();
    if (id.streamId() != message.getStreamId() || id.sequence() != message.getSequence()) {
      throw BlockFetcher.protocolViolation(
          "executor %d sent %s as number %d of stream %d"
              .formatted(fromExecutor, id, message.getSequence(), message.getStreamId()));
    }
    StoredBlock copy =
        new StoredBlock(id, block.recordCount(), encoded.slice(), encoded.remaining());
    List<StoredBlock> dropped = List.of();
    boolean refused = false;
    boolean kept = false;
    long until;
    lock.lock();
    try {
      if (closed || isGone(fromExecutor)) {
        return false;
      }
      HeldStream stream = stream(id.streamId(), false, fromExecutor);
      if (stream.until() < message.getLowestSequence()) {
        dropped = stream.restartAt(message.getLowestSequence());
      }
      if (stream.until() == id.sequence()) {
        kept = memory.tryReserveReplica(copy.reservedBytes());
        refused = !kept;
        if (kept) {
          stream.append(copy, message.getRecordsBefore());
        }
      }
      until = stream.until();
    } finally {
      lock.unlock();
    }
    giveBack(dropped, false);
    if (until < id.sequence()) {
      return false;
    }
    if (refused) {
      memory.onReplicaRoom(() -> acknowledge(fromExecutor, id.streamId(), until, false));
    }
    acknowledge(fromExecutor, id.streamId(), until, refused);
    return kept;
  }

  public void onFetchBlock(int fromExecutor, FetchBlock message) {
    Optional<ByteBuffer> held = encoded(message.getStreamId(), message.getSequence());
    Optional<LoggedPlace> logged =
        held.isPresent() ? Optional.empty() : logged(message.getStreamId(), message.getSequence());
    if (logged.isPresent()) {
      CompletableFuture<Void> unused =
          logReader
              .read(new BlockId(message.getStreamId(), message.getSequence()), logged.get())
              .handle(
                  (bytes, failure) -> {
                    // Whoever asked turns elsewhere when there is none.
                    answer(fromExecutor, message, Optional.ofNullable(bytes));
                    return null;
                  });
    } else {
      answer(fromExecutor, message, held);
    }
  }

  private void answer(int fromExecutor, FetchBlock message, Optional<ByteBuffer> held) {
    Envelope envelope =
        Envelope.newBuilder()
            .setFetchedBlock(
                FetchedBlock.newBuilder()
                    .setRequest(message.getRequest())
                    .setFound(held.isPresent()))
            .build();
    peerLinks.send(
        fromExecutor,
        held.map(bytes -> Frame.of(envelope, bytes)).orElseGet(() -> Frame.of(envelope)));
  }

  public void onFetchedBlock(int fromExecutor, FetchedBlock message, ByteBuffer encoded) {
    fetcher.onFetchedBlock(fromExecutor, message, encoded);
  }

  /** Drops all blocks and fails what waits for one. Idempotent. */
  public void close() {
    List<HeldStream> all;
    lock.lock();
    try {
      closed = true;
      all = List.copyOf(streams.values());
      streams.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(stream -> giveBack(stream.release(Long.MAX_VALUE), stream.primary()));
    fetcher.close();
  }

  private void acknowledge(int executor, long streamId, long until, boolean refused) {
    BlockReplicated.Builder answer =
        BlockReplicated.newBuilder().setStreamId(streamId).setUntil(until).setRefused(refused);
    peerLinks.send(executor, Frame.of(Envelope.newBuilder().setBlockReplicated(answer).build()));
  }

  private void giveBack(List<StoredBlock> blocks, boolean primary) {
    long bytes = blocks.stream().mapToLong(StoredBlock::reservedBytes).sum();
    if (bytes > 0 && primary) {
      memory.releaseReceived(bytes);
    } else if (bytes > 0) {
      memory.releaseReplica(bytes);
    }
  }

  @GuardedBy("lock")
  private HeldStream stream(long streamId, boolean primary, int executor) {
    return streams.computeIfAbsent(streamId, id -> new HeldStream(primary, executor));
  }

  /** Executor ids grow: one below the newest that is not listed has been here and is lost. */
  @GuardedBy("lock")
  private boolean isGone(int executor) {
    return executor <= newestExecutor && !living.contains(executor);
  }
}
