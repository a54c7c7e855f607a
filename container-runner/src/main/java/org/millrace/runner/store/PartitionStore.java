package org.millrace.runner.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.shuffle.LocalFiles;
import org.millrace.runner.shuffle.Page;
import org.millrace.runner.shuffle.PageBuilder;
import org.millrace.runner.shuffle.PageMemory;
import org.millrace.runner.shuffle.SpillArea;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.CopyPartition;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchPartition;
import org.millrace.runner.wire.proto.FetchedPartition;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.PartitionCopied;
import org.millrace.runner.wire.proto.ReleaseDatasets;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.StoredInput;
import org.millrace.runner.wire.proto.StoredPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kept partitions of persisted datasets on this executor. They are a cache: one that finds no
 * room, or whose disk fails, is dropped, and whoever needs it computes it again.
 *
 * <p>Objects that are kept by reference go to every task that reads them, as they are. That is
 * right because a record is immutable: no function may change one that it was given. Thread-safe:
 * one lock, never held while anything is called that could block or call back.
 */
public final class PartitionStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionStore.class);
  private static final int RELEASES_REMEMBERED = 4_096;

  private final Loop control;
  private final PeerLinks links;
  private final PageMemory memory;
  private final LocalFiles files;
  private final int pageBytes;
  private final Peers peers;
  private final PartitionFetcher fetcher;
  private final CopyRequests copies;

  @GuardedBy("this")
  private final Map<Long, Map<Integer, KeptPartition>> datasets = new HashMap<>();

  /** A task may end after its dataset was released. */
  @GuardedBy("this")
  private final Set<Long> released = new LinkedHashSet<>();

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param control for timers, and for copies that come from peers
   * @param patienceMs how long a peer may take to answer
   */
  public PartitionStore(
      Loop control,
      PeerLinks links,
      PageMemory memory,
      LocalFiles files,
      int pageBytes,
      long patienceMs) {
    this.control = control;
    this.links = links;
    this.memory = memory;
    this.files = files;
    this.pageBytes = pageBytes;
    this.peers = new Peers(links.self());
    this.fetcher = new PartitionFetcher(links, control, patienceMs, peers);
    this.copies = new CopyRequests(links, control, patienceMs, peers);
  }

  PageMemory memory() {
    return memory;
  }

  PartitionFetcher fetcher() {
    return fetcher;
  }

  public long spilledBytes() {
    return memory.spilledBytes();
  }

  // ---- for tasks

  /** Where a task stores a partition; null when it is kept already. */
  public PartitionWriter openOrNull(StoreTarget target) {
    if (findOrNull(DatasetPartition.of(target)) != null) {
      return null;
    }
    boolean byReference = target.getDeserialized() && target.getUseMemory();
    return writer(
        target,
        byReference
            ? PageBuilder.byReference(pageBytes)
            : PageBuilder.encoded(memory.codec(), pageBytes));
  }

  private PartitionWriter writer(StoreTarget target, PageBuilder builder) {
    String name = "dataset-" + target.getDatasetId() + "-" + target.getPartition();
    KeptPartition made = new KeptPartition(target, new SpillArea(files, name));
    return new PartitionWriter(this, made, builder);
  }

  /** Reads a partition from here or from one of its holders. */
  public PartitionReader reader(StoredInput input) {
    List<Integer> others = new ArrayList<>(input.getHoldersList());
    others.remove((Integer) links.self());
    return new PartitionReader(
        this, new DatasetPartition(input.getDatasetId(), input.getPartition()), others);
  }

  /** What is kept for this target, if it is. */
  public Optional<StoredPartition> stored(StoreTarget target) {
    return Optional.ofNullable(findOrNull(DatasetPartition.of(target)))
        .map(KeptPartition::description);
  }

  synchronized KeptPartition findOrNull(DatasetPartition partition) {
    Map<Integer, KeptPartition> dataset = datasets.get(partition.datasetId());
    return dataset == null ? null : dataset.get(partition.partition());
  }

  /** Makes a partition visible, unless another one is there or its dataset was released. */
  CompletableFuture<?> keep(KeptPartition made, List<CompletableFuture<Boolean>> spills) {
    if (!enter(made)) {
      drop(made);
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<?> settled =
        CompletableFuture.allOf(spills.toArray(new CompletableFuture<?>[0]))
            .handle((done, failure) -> failure == null || dropFailed(made, failure));
    return made.target().getReplication() < 2
        ? settled
        : settled.thenCombine(
            copies.copy(made.target()),
            (done, holders) -> {
              made.copiedTo(holders);
              return true;
            });
  }

  private synchronized boolean enter(KeptPartition made) {
    DatasetPartition name = made.name();
    return !closed
        && !made.isDropped()
        && !released.contains(name.datasetId())
        && datasets
                .computeIfAbsent(name.datasetId(), unused -> new HashMap<>())
                .putIfAbsent(name.partition(), made)
            == null;
  }

  private boolean dropFailed(KeptPartition made, Throwable failure) {
    if (!made.isDropped()) {
      LOG.warn("Dropped {}, it could not be written to disk: {}", made.name(), failure.toString());
    }
    drop(made);
    return false;
  }

  /** Releases what it holds. Idempotent. */
  void drop(KeptPartition dropped) {
    synchronized (this) {
      DatasetPartition name = dropped.name();
      Map<Integer, KeptPartition> dataset = datasets.get(name.datasetId());
      if (dataset != null && dataset.remove(name.partition(), dropped) && dataset.isEmpty()) {
        datasets.remove(name.datasetId());
      }
    }
    dropped.drop().forEach(memory::release);
    memory.close(dropped.area());
  }

  // ---- from the driver

  /** Drops datasets, and what tasks still store of them. */
  public void release(ReleaseDatasets message) {
    List<KeptPartition> dropped = new ArrayList<>();
    synchronized (this) {
      for (long datasetId : message.getDatasetIdsList()) {
        released.add(datasetId);
        Map<Integer, KeptPartition> dataset = datasets.get(datasetId);
        if (dataset != null) {
          dropped.addAll(dataset.values());
        }
      }
      var eldest = released.iterator();
      for (int over = released.size() - RELEASES_REMEMBERED; over > 0; over--) {
        eldest.next();
        eldest.remove();
      }
    }
    dropped.forEach(this::drop);
  }

  /** Nothing is asked of executors that are gone any more. */
  public void onMembership(Membership membership) {
    peers.onMembership(membership);
    fetcher.onMembership();
    copies.onMembership();
  }

  // ---- from other executors

  /** FetchPartition, FetchedPartition, CopyPartition or PartitionCopied. Any thread. */
  public void onPeerFrame(int fromExecutor, Frame frame) {
    Envelope message = frame.envelope();
    switch (message.getMessageCase()) {
      case FETCH_PARTITION -> give(fromExecutor, message.getFetchPartition());
      case FETCHED_PARTITION ->
          fetcher.onFetched(fromExecutor, message.getFetchedPartition(), frame.payload());
      case COPY_PARTITION -> copyFrom(fromExecutor, message.getCopyPartition());
      case PARTITION_COPIED -> copies.onCopied(fromExecutor, message.getPartitionCopied());
      default ->
          throw new MillraceException(
              ErrorCode.PROTOCOL_VIOLATION,
              "executor "
                  + fromExecutor
                  + " sent a "
                  + message.getMessageCase()
                  + ", expected a message about kept partitions");
    }
  }

  private void give(int toExecutor, FetchPartition asked) {
    DatasetPartition name = new DatasetPartition(asked.getDatasetId(), asked.getPartition());
    copies.onProgress(toExecutor, name);
    KeptPartition found = findOrNull(name);
    List<Page> pages = found == null ? null : found.pagesOrNull();
    FetchedPartition.Builder answer =
        FetchedPartition.newBuilder()
            .setRequest(asked.getRequest())
            .setPage(asked.getPage())
            .setFound(pages != null);
    if (pages == null) {
      send(toExecutor, Envelope.newBuilder().setFetchedPartition(answer));
      return;
    }
    answer.setPageCount(pages.size());
    if (asked.getPage() < 0 || asked.getPage() >= pages.size()) {
      send(toExecutor, Envelope.newBuilder().setFetchedPartition(answer));
      return;
    }
    Page page = pages.get(asked.getPage());
    CompletableFuture<?> unused =
        memory
            .loadEncoded(page)
            .handle((bytes, failure) -> answer(toExecutor, answer, page, bytes));
  }

  /**
   * @param bytesOrNull null when the page cannot be read
   */
  private boolean answer(
      int toExecutor, FetchedPartition.Builder answer, Page page, ByteBuffer bytesOrNull) {
    if (bytesOrNull == null || bytesOrNull.remaining() > PageBuilder.MAX_BYTES) {
      send(toExecutor, Envelope.newBuilder().setFetchedPartition(answer.setFound(false)));
      return false;
    }
    answer.setRecordCount(page.recordCount()).setChecksum(PageBuilder.crc(bytesOrNull));
    links.send(
        toExecutor,
        Frame.of(Envelope.newBuilder().setFetchedPartition(answer).build(), bytesOrNull));
    return true;
  }

  private void copyFrom(int holder, CopyPartition asked) {
    StoreTarget target = asked.getTarget().toBuilder().setReplication(1).build();
    DatasetPartition name = DatasetPartition.of(target);
    Runnable whenOver = () -> copied(holder, asked.getRequest(), name);
    if (findOrNull(name) != null) {
      whenOver.run();
      return;
    }
    RemotePartition remote = new RemotePartition(fetcher, holder, name);
    new IncomingCopy(control, remote, writer(target, null), whenOver).wake();
  }

  private void copied(int holder, long request, DatasetPartition name) {
    boolean kept = findOrNull(name) != null;
    PartitionCopied answer = PartitionCopied.newBuilder().setRequest(request).setKept(kept).build();
    send(holder, Envelope.newBuilder().setPartitionCopied(answer));
  }

  private void send(int executorId, Envelope.Builder message) {
    links.send(executorId, Frame.of(message.build()));
  }

  /** Drops everything. Idempotent. */
  @Override
  public void close() {
    List<KeptPartition> all = new ArrayList<>();
    synchronized (this) {
      closed = true;
      datasets.values().forEach(dataset -> all.addAll(dataset.values()));
    }
    fetcher.close();
    copies.close();
    all.forEach(this::drop);
  }
}
