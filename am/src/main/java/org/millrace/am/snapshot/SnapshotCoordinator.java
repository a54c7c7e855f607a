package org.millrace.am.snapshot;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.millrace.am.dataset.DatasetRegistry;
import org.millrace.am.dataset.StateHome;
import org.millrace.am.dataset.StateRegistry;
import org.millrace.am.log.Journal;
import org.millrace.am.schedule.ExecutorPool;
import org.millrace.am.snapshot.SnapshotChain.Section;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.ErrorKind;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.StateNode;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.log.DriverEvent.SectionPlace;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.StateFile;
import org.millrace.checkpoint.log.DriverEvent.StatePartition;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.SnapshotPartition;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.TakeSnapshot;
import org.millrace.runner.wire.proto.WrittenSection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots of keyed state: one at a time, each of one committed batch, and deletes the files
 * that none needs any more. Owned by the driver loop.
 *
 * <pre>
 *   commit, interval is over -> asked -> all wrote -> appended -> durable: the newest snapshot
 *                                     | an executor failed, was lost, or has not answered in time
 *                                       -> given up; what was written is what the next one goes on
 *                                       from
 * </pre>
 */
public final class SnapshotCoordinator {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotCoordinator.class);

  /** Executors begin to write within this part of the interval. */
  private static final int STAGGER = 4;

  /**
   * How snapshots are taken. Immutable.
   *
   * @param directory of the checkpoint
   * @param epoch of the checkpoint that this driver claimed
   * @param intervalMs between the beginnings of two
   * @param timeoutMs after which one that was not written by all is given up
   * @param lookBackMs how long views of state are looked back at
   * @param codecs of the program, Java-serialized; empty for none
   * @param standsBy whether a second executor keeps an image of each partition
   */
  public record Settings(
      String directory,
      String applicationId,
      long epoch,
      long intervalMs,
      long timeoutMs,
      long lookBackMs,
      ByteString codecs,
      boolean standsBy) {}

  /** What snapshots need of the driver. Immutable. */
  public record Services(
      ExecutorPool pool,
      StateRegistry states,
      DatasetRegistry datasets,
      StateLineage lineage,
      Journal journal,
      DurableFiles files,
      Clock clock) {}

  private final Services services;
  private final Settings settings;
  private final Consumer<MillraceException> onFailure;
  private final Map<PartitionKey, SnapshotChain> chains = new HashMap<>();

  /** Those that are needed, durable ones only. */
  private final NavigableMap<Long, SnapshotTaken> snapshots = new TreeMap<>();

  /** Files that exist, as far as is known. */
  private final Set<String> files = new TreeSet<>();

  private final List<Runnable> moved = new ArrayList<>();
  private final List<Consumer<SnapshotTaken>> taken = new ArrayList<>();
  private Request request;
  private long nextId;
  private long committedMs = -1;
  private long lastBegunNanos;
  private boolean begun;
  private SnapshotStatus status = SnapshotStatus.NONE;

  /** A snapshot that is being taken. */
  private static final class Request {
    private final long id;
    private final Map<Integer, StateNode> versions;
    private final long versionMs;
    private final long begunNanos;
    private final Set<Integer> awaited = new HashSet<>();
    private long bytes;
    private long rows;

    private Request(long id, long versionMs, Map<Integer, StateNode> versions, long begunNanos) {
      this.id = id;
      this.versionMs = versionMs;
      this.versions = versions;
      this.begunNanos = begunNanos;
    }
  }

  public SnapshotCoordinator(
      Services services, Settings settings, Consumer<MillraceException> onFailure) {
    this.services = services;
    this.settings = settings;
    this.onFailure = onFailure;
    services.lineage().keep();
  }

  /** A snapshot of an earlier driver, which this one may go on from; before the first batch. */
  public void known(SnapshotTaken snapshot) {
    snapshots.put(snapshot.versionMs(), snapshot);
    snapshot.files().forEach(file -> files.add(file.path()));
  }

  /** Runs, on the driver loop, whenever the recovery point has moved. */
  public void whenMoved(Runnable action) {
    moved.add(action);
  }

  /** Is told, on the driver loop, of each snapshot that has become durable. */
  void whenTaken(Consumer<SnapshotTaken> action) {
    taken.add(action);
  }

  /** The newest snapshot; empty when there is none. */
  public Optional<SnapshotTaken> newest() {
    return Optional.ofNullable(snapshots.lastEntry()).map(Map.Entry::getValue);
  }

  /** The newest snapshot that is not of a later batch; empty when there is none. */
  Optional<SnapshotTaken> newestUntil(long batchMs) {
    return Optional.ofNullable(snapshots.floorEntry(batchMs)).map(Map.Entry::getValue);
  }

  /**
   * The snapshot that all views of state which batches look back at are computed from; empty when
   * they are computed from the first batch.
   */
  public Optional<SnapshotTaken> recoveryPoint() {
    return Optional.ofNullable(snapshots.floorEntry(committedMs - settings.lookBackMs()))
        .map(Map.Entry::getValue);
  }

  /** The batch up to which nothing will ever be computed again; -1 when the first one may be. */
  public long recoveryPointMs() {
    return recoveryPoint().map(SnapshotTaken::versionMs).orElse(-1L);
  }

  public SnapshotStatus status() {
    return status;
  }

  /** A batch that was not skipped is durably committed, with all before it. */
  public void onCommitted(long batchMs) {
    committedMs = Math.max(committedMs, batchMs);
    long now = services.clock().nanoTime();
    giveUpIfLate(now);
    if (snapshots.containsKey(batchMs)) {
      return; // A driver before took it.
    }
    if (request != null || (begun && now - lastBegunNanos < settings.intervalMs() * 1_000_000L)) {
      return;
    }
    begin(batchMs, now);
  }

  /** An executor that lives and does not answer must not keep the others from going on. */
  private void giveUpIfLate(long nowNanos) {
    if (request == null || nowNanos - request.begunNanos < settings.timeoutMs() * 1_000_000L) {
      return;
    }
    giveUp(
        "executors %s have not written their part in %d ms (%s)"
            .formatted(
                new TreeSet<>(request.awaited),
                settings.timeoutMs(),
                Keys.CHECKPOINT_SNAPSHOT_TIMEOUT.name()));
  }

  private void giveUp(String why) {
    status = status.failed("the snapshot of batch " + request.versionMs + " ms: " + why);
    LOG.warn("the snapshot of batch {} ms is given up: {}", request.versionMs, why);
    request = null;
  }

  private void begin(long batchMs, long nowNanos) {
    Map<Integer, StateNode> versions = services.lineage().versionsAt(batchMs);
    Map<Integer, TakeSnapshot.Builder> messages = new TreeMap<>();
    for (StateNode node : versions.values()) {
      for (int partition = 0; partition < node.partitionCount(); partition++) {
        int stateId = node.identity().stateId();
        Optional<StateHome> home = services.states().home(stateId, partition);
        if (home.isEmpty() || home.get().lost()) {
          return; // It is being restored, or will be: a later batch is captured.
        }
        SnapshotChain chain = chains.get(new PartitionKey(stateId, partition));
        boolean goesOn = chain != null && !chain.isOutweighed();
        messages
            .computeIfAbsent(home.get().executorId(), added -> TakeSnapshot.newBuilder())
            .addPartitions(
                SnapshotPartition.newBuilder()
                    .setStateId(stateId)
                    .setPartition(partition)
                    .setVersionMs(node.batchTime().milliseconds())
                    .setContinuesMs(goesOn ? chain.versionMs() : -1));
      }
    }
    if (messages.isEmpty()) {
      return;
    }
    begun = true;
    lastBegunNanos = nowNanos;
    request = new Request(++nextId, batchMs, versions, nowNanos);
    request.awaited.addAll(messages.keySet());
    long stepMs = settings.intervalMs() / STAGGER / messages.size();
    long delayMs = 0;
    for (Map.Entry<Integer, TakeSnapshot.Builder> message : messages.entrySet()) {
      services
          .pool()
          .send(
              message.getKey(),
              Envelope.newBuilder().setTakeSnapshot(completed(message, batchMs, delayMs)));
      delayMs += stepMs;
    }
  }

  private TakeSnapshot.Builder completed(
      Map.Entry<Integer, TakeSnapshot.Builder> message, long batchMs, long delayMs) {
    return message
        .getValue()
        .setSnapshotId(request.id)
        .setVersionMs(batchMs)
        .setDirectory(
            "%s/state/e%06d-%06d"
                .formatted(settings.directory(), settings.epoch(), message.getKey()))
        .setFile("snapshot-%06d-%013d".formatted(request.id, batchMs))
        .setDelayMs(delayMs)
        .setCodecs(settings.codecs())
        .setApplicationId(settings.applicationId());
  }

  /** An executor has written its part, or could not. */
  public void onWritten(int executorId, SnapshotWritten message) {
    boolean isAwaited = request != null && request.id == message.getSnapshotId();
    if (message.getErrorCode() != 0) {
      if (isAwaited) {
        onFailed(executorId, message);
      }
      return;
    }
    if (!message.getPath().isEmpty()) {
      files.add(message.getPath());
    }
    message.getSectionsList().forEach(section -> add(message, section));
    if (!isAwaited) {
      return;
    }
    request.bytes += message.getFileBytes();
    message.getSectionsList().forEach(section -> request.rows += section.getRows());
    request.awaited.remove(executorId);
    if (request.awaited.isEmpty()) {
      complete();
    }
  }

  private void add(SnapshotWritten message, WrittenSection section) {
    PartitionKey key = new PartitionKey(section.getStateId(), section.getPartition());
    Section written =
        new Section(
            message.getPath(), message.getFileBytes(), section.getSection(), section.getBytes());
    chains.compute(
        key,
        (any, chain) -> {
          if (!section.getIsDelta()) {
            return SnapshotChain.of(section.getVersionMs(), written);
          }
          if (chain == null || chain.versionMs() != section.getContinuesMs()) {
            return chain; // The partition was restored since: this is of the one that was lost.
          }
          return section.getSection() < 0
              ? chain.unchangedAt(section.getVersionMs())
              : chain.with(section.getVersionMs(), written);
        });
  }

  private void onFailed(int executorId, SnapshotWritten message) {
    ErrorCode code = codeOf(message.getErrorCode());
    giveUp("executor " + executorId + " could not write its part: " + message.getError());
    if (code.kind() == ErrorKind.USER) {
      onFailure.accept(new MillraceException(code, message.getError()));
    }
  }

  /** What an executor says that went wrong. */
  static ErrorCode codeOf(int number) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.number() == number) {
        return code;
      }
    }
    return ErrorCode.INTERNAL;
  }

  /** What it has not written will not be. */
  public void onExecutorLost(int executorId) {
    if (request != null && request.awaited.contains(executorId)) {
      LOG.info(
          "the snapshot of batch {} ms is given up: executor {} is lost",
          request.versionMs,
          executorId);
      request = null;
    }
  }

  /**
   * The partition was restored from a snapshot: what was written after that does not count. When a
   * newer snapshot became durable meanwhile, the files may be deleted: the next one begins anew.
   */
  void onRestored(PartitionKey key, Optional<SnapshotChain> from) {
    from.filter(
            chain -> chain.sections().stream().allMatch(section -> files.contains(section.path())))
        .ifPresentOrElse(chain -> chains.put(key, chain), () -> chains.remove(key));
  }

  private void complete() {
    Request done = request;
    request = null;
    Optional<SnapshotTaken> snapshot = snapshot(done);
    if (snapshot.isEmpty()) {
      return;
    }
    services.journal().append(snapshot.get());
    services.journal().whenDurable(() -> onDurable(done, snapshot.get()));
  }

  private Optional<SnapshotTaken> snapshot(Request done) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    List<StateFile> named = new ArrayList<>();
    List<StatePartition> partitions = new ArrayList<>();
    for (StateNode node : done.versions.values()) {
      int stateId = node.identity().stateId();
      for (int partition = 0; partition < node.partitionCount(); partition++) {
        SnapshotChain chain = chains.get(new PartitionKey(stateId, partition));
        if (chain == null || chain.versionMs() != node.batchTime().milliseconds()) {
          return Optional.empty(); // It was restored meanwhile.
        }
        List<SectionPlace> places = new ArrayList<>();
        for (Section section : chain.sections()) {
          Integer number = numbers.get(section.path());
          if (number == null) {
            number = named.size();
            numbers.put(section.path(), number);
            named.add(new StateFile(section.path(), section.fileBytes()));
          }
          places.add(new SectionPlace(number, section.section(), section.bytes()));
        }
        partitions.add(
            new StatePartition(
                stateId, partition, node.partitionCount(), chain.versionMs(), places));
      }
    }
    return Optional.of(
        new SnapshotTaken(done.versionMs, Math.max(0, recoveryPointMs()), named, partitions));
  }

  private void onDurable(Request done, SnapshotTaken snapshot) {
    snapshots.put(snapshot.versionMs(), snapshot);
    status =
        new SnapshotStatus(
            snapshot.versionMs(),
            services.clock().nowMs(),
            (services.clock().nanoTime() - done.begunNanos) / 1_000_000,
            done.bytes,
            done.rows,
            chains.values().stream().mapToLong(SnapshotChain::bytes).sum(),
            "");
    LOG.debug("snapshot of keyed state: {}", status);
    taken.forEach(action -> action.accept(snapshot));
    recoveryPoint()
        .ifPresent(
            point -> {
              snapshots.headMap(point.versionMs(), false).clear();
              services.lineage().forgetUntil(point.versionMs());
              deleteUnnamed();
              moved.forEach(Runnable::run);
            });
  }

  /** Files that a snapshot, or the next one, may name. */
  Set<String> named() {
    Set<String> named = new HashSet<>();
    snapshots.values().forEach(kept -> kept.files().forEach(file -> named.add(file.path())));
    chains
        .values()
        .forEach(chain -> chain.sections().forEach(section -> named.add(section.path())));
    return named;
  }

  private void deleteUnnamed() {
    Set<String> named = named();
    for (String path : new ArrayList<>(files)) {
      if (!named.contains(path)) {
        files.remove(path);
        delete(path);
      }
    }
  }

  private void delete(String path) {
    CompletableFuture<Void> unused =
        services
            .files()
            .delete(path)
            .handle(
                (outcome, failure) -> {
                  if (outcome != Outcome.DONE) {
                    LOG.warn("state file {} is not needed, but it could not be deleted", path);
                  }
                  return null;
                });
  }
}
