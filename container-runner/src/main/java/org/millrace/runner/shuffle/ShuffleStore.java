package org.millrace.runner.shuffle;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.shuffle.ShuffleMessages.PageAddress;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.MapOutputEnd;
import org.millrace.runner.wire.proto.RepushMapOutput;
import org.millrace.runner.wire.proto.ShufflePage;
import org.millrace.runner.wire.proto.ShuffleSpec;
import org.millrace.runner.wire.proto.UseAttempt;

/**
 * The pages of all jobs on this executor: those that its map tasks made, kept until the job ends,
 * and those that arrived for its reduce tasks. Pages of an older placement, of a job that has ended
 * and duplicates are dropped. Thread-safe: one lock, never held while anything is called that could
 * block or call back.
 */
public final class ShuffleStore implements AutoCloseable {
  private static final int ALL_VERSIONS = 0;

  private final PeerLinks links;
  private final LocalFiles files;
  private final PageMemory memory;

  @GuardedBy("this")
  private final Map<Long, JobShuffles> jobs = new HashMap<>();

  @GuardedBy("this")
  private final EndedJobs ended = new EndedJobs();

  @GuardedBy("this")
  private boolean closed;

  public ShuffleStore(
      PeerLinks links,
      MemoryAccountant accountant,
      BlockingWork io,
      LocalFiles files,
      RecordCodec codec) {
    this.links = links;
    this.files = files;
    this.memory = new PageMemory(accountant, Use.SHUFFLE, io, codec);
  }

  public long spilledBytes() {
    return memory.spilledBytes();
  }

  PageMemory memory() {
    return memory;
  }

  PeerLinks links() {
    return links;
  }

  // ---- from the driver

  /** Says where the reduce partitions are; a newer placement drops the pages of an older one. */
  public void specify(long jobId, int placementVersion, List<ShuffleSpec> specs) {
    List<Runnable> ready = new ArrayList<>();
    synchronized (this) {
      JobShuffles job = jobOrNull(jobId, placementVersion);
      if (job == null) {
        return;
      }
      for (ShuffleSpec spec : specs) {
        Shuffle shuffle = job.shuffle(spec.getShuffleId());
        shuffle.specify(spec);
        ready.addAll(shuffle.takeReady());
      }
    }
    ready.forEach(Runnable::run);
  }

  public void useAttempt(UseAttempt message) {
    List<Runnable> ready;
    synchronized (this) {
      JobShuffles job = jobOrNull(message.getJobId(), message.getPlacementVersion());
      if (job == null) {
        return;
      }
      Shuffle shuffle = job.shuffle(message.getShuffleId());
      shuffle.useAttempt(message.getMapPartition(), message.getAttempt());
      ready = shuffle.takeReady();
    }
    ready.forEach(Runnable::run);
  }

  /**
   * Drops the pages of a job and whatever comes for it later.
   *
   * @param placementVersion the last placement to drop; 0: all
   */
  public void endJob(long jobId, int placementVersion) {
    JobShuffles dropped;
    synchronized (this) {
      ended.end(jobId, placementVersion == ALL_VERSIONS ? Integer.MAX_VALUE : placementVersion);
      JobShuffles job = jobs.get(jobId);
      boolean over = job != null && ended.isOver(jobId, job.placementVersion());
      dropped = over ? jobs.remove(jobId) : null;
    }
    drop(dropped);
  }

  /** The job in this placement, made when it is new; null when the placement is over. */
  @GuardedBy("this")
  private JobShuffles jobOrNull(long jobId, int placementVersion) {
    JobShuffles job = jobs.get(jobId);
    if (job != null && job.placementVersion() == placementVersion) {
      return job;
    }
    if (closed
        || ended.isOver(jobId, placementVersion)
        || (job != null && job.placementVersion() > placementVersion)) {
      return null;
    }
    if (job != null) {
      memory.releaseLater(job);
    }
    SpillArea area = new SpillArea(files, "job-" + jobId + "-" + placementVersion);
    JobShuffles made = new JobShuffles(placementVersion, area);
    jobs.put(jobId, made);
    return made;
  }

  private void drop(JobShuffles job) {
    if (job != null) {
      job.forEachPage(memory::release);
      memory.close(job.spill());
    }
  }

  // ---- from other executors

  /** A page from a map task elsewhere. Any thread. */
  public void onPage(ShufflePage header, Payload payload) {
    Page page = received(header, payload);
    ShuffleKey key =
        new ShuffleKey(header.getJobId(), header.getPlacementVersion(), header.getShuffleId());
    PageAddress address =
        new PageAddress(
            key,
            header.getMapPartition(),
            header.getAttempt(),
            header.getReducePartition(),
            header.getPage());
    if (page == null) {
      fail(address, header.getChecksum());
      return;
    }
    JobShuffles job = collect(address, page);
    if (job != null) {
      memory.admit(page, job.spill(), cause -> failSpill(key, cause));
    }
  }

  /** Null when the bytes are not those that were sent. */
  private static Page received(ShufflePage header, Payload payload) {
    int count = header.getRecordCount();
    if (payload instanceof Payload.Reference reference
        && reference.object() instanceof PageContent content) {
      return new Page(content, count, count, 0);
    }
    if (PageBuilder.crc(payload.bytes()) != header.getChecksum()) {
      return null;
    }
    PageContent content = new PageContent.Encoded(payload.bytes(), count);
    return new Page(content, count, payload.sizeBytes(), header.getChecksum());
  }

  private void fail(PageAddress address, int checksum) {
    MillraceException cause =
        new MillraceException(
            ErrorCode.PROTOCOL_VIOLATION,
            "the shuffle page "
                + address
                + " was damaged on its way: its CRC-32C is not "
                + Integer.toHexString(checksum)
                + "; the task is tried again, look at the network of this host if it happens"
                + " often");
    List<Runnable> ready;
    synchronized (this) {
      Shuffle shuffle = shuffleOrNull(address.shuffle());
      if (shuffle == null) {
        return;
      }
      shuffle.input(address.reducePartition()).fail(cause);
      ready = shuffle.takeReady();
    }
    ready.forEach(Runnable::run);
  }

  /** Null when the page is not wanted. */
  private JobShuffles collect(PageAddress address, Page page) {
    List<Runnable> ready;
    JobShuffles job;
    synchronized (this) {
      job = jobOrNull(address.shuffle().jobId(), address.shuffle().placementVersion());
      if (job == null) {
        return null;
      }
      Shuffle shuffle = job.shuffle(address.shuffle().shuffleId());
      ReduceInput input = shuffle.input(address.reducePartition());
      if (!input.add(address.mapPartition(), address.attempt(), address.page(), page)) {
        return null;
      }
      ready = shuffle.isReady(input) ? input.takeWaiting() : List.of();
    }
    ready.forEach(Runnable::run);
    return job;
  }

  public void onMapOutputEnd(MapOutputEnd message) {
    List<Runnable> ready = new ArrayList<>();
    synchronized (this) {
      JobShuffles job = jobOrNull(message.getJobId(), message.getPlacementVersion());
      if (job == null) {
        return;
      }
      Shuffle shuffle = job.shuffle(message.getShuffleId());
      int count = Math.min(message.getReducePartitionsCount(), message.getPageCountsCount());
      for (int i = 0; i < count; i++) {
        ReduceInput input = shuffle.input(message.getReducePartitions(i));
        input.end(message.getMapPartition(), message.getAttempt(), message.getPageCounts(i));
        if (shuffle.isReady(input)) {
          ready.addAll(input.takeWaiting());
        }
      }
    }
    ready.forEach(Runnable::run);
  }

  /**
   * Sends pages here that the message names to where it says. What map tasks make from now on goes
   * there too.
   *
   * @return the pages to send, to be stepped by a slot
   */
  public synchronized Repush repush(RepushMapOutput message) {
    ShuffleKey key =
        new ShuffleKey(message.getJobId(), message.getPlacementVersion(), message.getShuffleId());
    Repush repush = new Repush(this, key, message.getToExecutor());
    Shuffle shuffle = shuffleOrNull(key);
    if (shuffle == null) {
      return repush;
    }
    for (int partition : message.getReducePartitionsList()) {
      shuffle.reroute(partition, message.getToExecutor());
    }
    for (KeptOutput output : shuffle.outputs()) {
      repush.add(output, message.getReducePartitionsList());
    }
    return repush;
  }

  // ---- map side

  /** Where a map task puts its records. */
  public MapOutput openMapOutput(ShuffleKey key, int mapPartition, int attempt, int pageBytes) {
    synchronized (this) {
      Shuffle shuffle = shuffleOrNull(key);
      if (shuffle == null || !shuffle.isSpecified()) {
        throw over(key);
      }
      shuffle.output(mapPartition, attempt);
      return new MapOutput(this, key, mapPartition, attempt, shuffle.reducerCount(), pageBytes);
    }
  }

  private static MillraceException over(ShuffleKey key) {
    return new MillraceException(
        ErrorCode.INTERNAL, key + " is unknown on this executor, or its job has ended");
  }

  @GuardedBy("this")
  private Shuffle shuffleOrNull(ShuffleKey key) {
    JobShuffles job = jobOrNull(key.jobId(), key.placementVersion());
    return job == null ? null : job.shuffle(key.shuffleId());
  }

  synchronized int route(ShuffleKey key, int reducePartition) {
    Shuffle shuffle = shuffleOrNull(key);
    if (shuffle == null) {
      throw over(key);
    }
    return shuffle.route(reducePartition);
  }

  /**
   * Keeps a page of a map task, and collects it when the reducer is here. Returns the executor of
   * the reducer.
   */
  int keep(PageAddress address, Page page) {
    ShuffleKey key = address.shuffle();
    int route;
    JobShuffles job;
    synchronized (this) {
      job = jobOrNull(key.jobId(), key.placementVersion());
      if (job == null) {
        throw over(key);
      }
      job.requireSpillWorks();
      Shuffle shuffle = job.shuffle(key.shuffleId());
      shuffle
          .output(address.mapPartition(), address.attempt())
          .add(address.reducePartition(), page);
      route = shuffle.route(address.reducePartition());
    }
    if (route == links.self()) {
      collect(address, page);
    }
    memory.admit(page, job.spill(), cause -> failSpill(key, cause));
    return route;
  }

  private void failSpill(ShuffleKey key, Throwable cause) {
    MillraceException failure =
        cause instanceof MillraceException known
            ? known
            : new MillraceException(
                ErrorCode.STORAGE_FAILED, "a shuffle page could not be spilled: " + cause, cause);
    synchronized (this) {
      JobShuffles job = jobs.get(key.jobId());
      if (job != null && job.placementVersion() == key.placementVersion()) {
        job.failSpill(failure);
      }
    }
  }

  /** The map attempt has sent all its pages: tells every executor how many there are. */
  void endMapOutput(ShuffleKey key, int mapPartition, int attempt, int[] pageCounts) {
    Map<Integer, List<Integer>> partitions = new TreeMap<>();
    synchronized (this) {
      Shuffle shuffle = shuffleOrNull(key);
      if (shuffle == null) {
        throw over(key);
      }
      shuffle.output(mapPartition, attempt).end();
      for (int i = 0; i < pageCounts.length; i++) {
        partitions.computeIfAbsent(shuffle.route(i), unused -> new ArrayList<>()).add(i);
      }
    }
    partitions.forEach(
        (executor, reducers) -> {
          List<Integer> counts = reducers.stream().map(i -> pageCounts[i]).toList();
          sendEnd(executor, key, mapPartition, attempt, reducers, counts);
        });
  }

  void sendEnd(
      int executor,
      ShuffleKey key,
      int mapPartition,
      int attempt,
      List<Integer> reducers,
      List<Integer> pageCounts) {
    var frame = ShuffleMessages.end(key, mapPartition, attempt, reducers, pageCounts);
    if (executor == links.self()) {
      onMapOutputEnd(frame.envelope().getMapOutputEnd());
    } else {
      links.send(executor, frame);
    }
  }

  /** Sends a page to the reducer's executor; collects it when that is this one. */
  void push(int executor, PageAddress address, Page page, PageContent content) {
    if (executor == links.self()) {
      collect(address, page);
      return;
    }
    var bytes = memory.encoded(content);
    links.send(
        executor, ShuffleMessages.page(address, page.recordCount(), PageBuilder.crc(bytes), bytes));
  }

  // ---- reduce side

  /**
   * Runs {@code action} once, on any thread, when the reduce partition has all its pages; at once
   * if so now.
   */
  public void whenReady(ShuffleKey key, int reducePartition, Runnable action) {
    synchronized (this) {
      Shuffle shuffle = shuffleOrNull(key);
      if (shuffle == null) {
        return;
      }
      ReduceInput input = shuffle.input(reducePartition);
      if (!shuffle.isReady(input)) {
        input.whenReady(action);
        return;
      }
    }
    action.run();
  }

  /** The pages of a reduce partition that is ready, in (map partition, page) order. */
  public synchronized PageReader pages(ShuffleKey key, int reducePartition) {
    Shuffle shuffle = shuffleOrNull(key);
    if (shuffle == null) {
      throw over(key);
    }
    return new PageReader(memory, shuffle.input(reducePartition).pages());
  }

  /** Drops everything, and whatever comes later. */
  @Override
  public void close() {
    List<JobShuffles> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(jobs.values());
      jobs.clear();
    }
    all.forEach(this::drop);
  }
}
