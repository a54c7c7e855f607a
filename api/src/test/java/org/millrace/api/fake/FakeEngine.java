package org.millrace.api.fake;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.HadoopOutput;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ReceiverStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.JobAction;
import org.millrace.api.spi.StopMode;
import org.millrace.api.spi.SubmittedJob;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Time;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerStreamingStarted;

/**
 * Runs jobs and batches on the thread that asks for them, and remembers how it was stopped.
 *
 * <p>A test runs batches by {@link #runBatch(Time)} and gives what receivers would have stored by
 * {@link #receive(int, List)}. All methods may be called from any thread; only waiting for the end
 * uses more than one.
 */
public final class FakeEngine implements Engine {
  private final int defaultParallelism;
  private final Map<Long, StorageLevel> persisted = new ConcurrentHashMap<>();
  private final NaiveInterpreter interpreter = new NaiveInterpreter();
  private final NaiveJobs jobs = new NaiveJobs(interpreter);
  private final Map<Integer, Deque<List<List<Object>>>> received = new HashMap<>();

  /** What was read through Hadoop, which gave nothing. */
  public final List<HadoopInput> hadoopInputs = new ArrayList<>();

  /** What was written through Hadoop, which went nowhere. */
  public final List<HadoopOutput> hadoopOutputs = new ArrayList<>();

  private final Map<FileStreamNode, Set<Path>> seenFiles = new IdentityHashMap<>();

  private final AtomicInteger jobCount = new AtomicInteger();
  private final List<StreamingListener> listeners = new CopyOnWriteArrayList<>();
  private final CountDownLatch started = new CountDownLatch(1);

  // Synchronized because a test waits for the end on one thread and stops on another.
  @GuardedBy("this")
  private StreamGraph graph;

  @GuardedBy("this")
  private NaiveStreams streams;

  @GuardedBy("this")
  private StopMode stopMode;

  @GuardedBy("this")
  private MillraceException failure;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private CountDownLatch ended = new CountDownLatch(1);

  /** An engine with a default parallelism. */
  public FakeEngine(int defaultParallelism) {
    this.defaultParallelism = defaultParallelism;
  }

  @Override
  public int defaultParallelism() {
    return defaultParallelism;
  }

  @Override
  public <R> List<R> runJob(
      RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition) {
    return jobs.run(rdd, action, fromPartition, untilPartition);
  }

  /** Is complete when it is given: the caller's thread runs it. */
  @Override
  public <R> SubmittedJob<R> submitJob(
      RddNode rdd, JobAction<R> action, int fromPartition, int untilPartition) {
    EndedJob<R> job = new EndedJob<>(jobCount.incrementAndGet());
    try {
      job.complete(jobs.run(rdd, action, fromPartition, untilPartition));
    } catch (MillraceException failure) {
      job.completeExceptionally(failure);
    }
    return job;
  }

  private static final class EndedJob<R> extends SubmittedJob<R> {
    private final int id;

    EndedJob(int id) {
      this.id = id;
    }

    @Override
    public int jobId() {
      return id;
    }

    @Override
    public CompletableFuture<Map<Integer, R>> resultsSoFar() {
      Map<Integer, R> results = new TreeMap<>();
      if (!isCompletedExceptionally()) {
        join().forEach(result -> results.put(results.size(), result));
      }
      return CompletableFuture.completedFuture(results);
    }
  }

  @Override
  public RddNode textFile(String path, int minPartitions) {
    try {
      Path file = Path.of(path);
      if (!Files.isRegularFile(file)) {
        throw new MillraceException(ErrorCode.NO_SUCH_PATH, path + " does not exist");
      }
      return new TextFilesNode(splits(file, minPartitions), "textFile " + path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<FileSplit> splits(Path file, int count) throws IOException {
    long size = Files.size(file);
    long modifiedMs = Files.getLastModifiedTime(file).toMillis();
    List<FileSplit> splits = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long from = i * size / count;
      long until = (i + 1) * size / count;
      splits.add(new FileSplit(file.toString(), from, until - from, modifiedMs, List.of()));
    }
    return splits;
  }

  /** Formats are the engine's: what programs ask for is looked at in {@link #hadoopInputs}. */
  @Override
  public RddNode hadoopInput(HadoopInput input, int minPartitions) {
    hadoopInputs.add(input);
    return CollectionNode.sliced(List.of(), minPartitions, input.description());
  }

  @Override
  public void saveAsHadoop(RddNode rdd, HadoopOutput output) {
    hadoopOutputs.add(output);
  }

  @Override
  public void saveAsTextFile(RddNode rdd, String path) {
    jobs.saveAsTextFile(rdd, Path.of(path));
  }

  // ---- streams

  @Override
  public long epoch() {
    return NaiveJobs.EPOCH;
  }

  @Override
  public void persist(RddNode rdd, StorageLevel level) {
    persisted.put(rdd.id(), level);
  }

  @Override
  public void unpersist(RddNode rdd, boolean waiting) {
    persisted.remove(rdd.id());
  }

  @Override
  public StorageLevel storageLevel(RddNode rdd) {
    return persisted.getOrDefault(rdd.id(), StorageLevel.NONE);
  }

  @Override
  public <T> Broadcast<T> broadcast(T value) {
    return FakeShared.INSTANCE.broadcast(value);
  }

  @Override
  public void register(AccumulatorV2<?, ?> accumulator, String name) {
    FakeShared.INSTANCE.register(accumulator, name);
  }

  @Override
  public synchronized void start(StreamGraph newGraph) {
    if (graph != null) {
      throw new MillraceException(ErrorCode.ALREADY_STARTED, "the engine runs a graph already");
    }
    graph = newGraph;
    streams = new NaiveStreams(newGraph, interpreter.states(), this::input);
    stopMode = null;
    ended = new CountDownLatch(1);
    started.countDown();
    listeners.forEach(new StreamingListenerStreamingStarted(0)::tell);
  }

  @Override
  public void addListener(StreamingListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(StreamingListener listener) {
    listeners.remove(listener);
  }

  private synchronized NaiveStreams streams() {
    if (graph == null) {
      throw new MillraceException(ErrorCode.ILLEGAL_USE, "no graph is running");
    }
    return streams;
  }

  @Override
  public synchronized Optional<Time> zeroTime() {
    return Optional.ofNullable(streams == null ? null : streams.zeroTime());
  }

  @Override
  public Optional<RddNode> dataset(StreamNode stream, Time batchTime) {
    return streams().dataset(stream, batchTime);
  }

  /** Waits until a graph was started for the first time; false when it was not in time. */
  public boolean awaitStart(long timeoutMs) throws InterruptedException {
    return started.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  /** The graph that was started; null when none runs. */
  public synchronized StreamGraph graph() {
    return graph;
  }

  /** How streaming was stopped; null when it was not. */
  public synchronized StopMode stopMode() {
    return stopMode;
  }

  /** Whether the engine was closed. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Gives the partitions of what a receiver input takes into its next batch without any. */
  public void receive(int inputId, List<List<Object>> partitions) {
    received.computeIfAbsent(inputId, id -> new ArrayDeque<>()).add(partitions);
  }

  /**
   * Runs the outputs of a batch in order; a failure ends streaming and is what waiting throws. The
   * first time is one interval after zero; each other one is one interval after the one before.
   */
  public void runBatch(Time batchTime) {
    StreamGraph running = graph();
    NaiveStreams datasets = streams();
    FakeEvents events = new FakeEvents(batchTime, listeners);
    events.submitted();
    try {
      datasets.advanceTo(batchTime);
      events.started();
      for (Output output : running.outputs()) {
        if (datasets.isDue(output.parent(), batchTime)) {
          RddNode rdd = datasets.dataset(output.parent(), batchTime).orElseThrow();
          events.outputStarted(output);
          run(output, rdd, batchTime);
          events.outputCompleted(output);
        }
      }
    } catch (MillraceException e) {
      events.failed(e);
      fail(e);
    } catch (Exception e) {
      events.failed(e);
      fail(
          new MillraceException(
              ErrorCode.BATCH_FAILED, "the batch of " + batchTime + " failed: " + e, e));
    }
    events.completed();
  }

  private void run(Output output, RddNode rdd, Time batchTime) throws Exception {
    if (output instanceof Output.ForEachOutput forEach) {
      forEach.action().run(rdd, batchTime);
    } else if (output instanceof Output.TextFilesOutput files) {
      saveAsTextFile(rdd, files.directory(batchTime));
    } else if (output instanceof Output.SinkOutput sink) {
      jobs.writeTo(sink, rdd, batchTime);
    }
  }

  private synchronized void fail(MillraceException e) {
    failure = e;
    graph = null;
    ended.countDown();
  }

  private RddNode input(InputStreamNode stream, Time batchTime) throws IOException {
    if (stream instanceof QueueStreamNode queue) {
      return queue.queue().take(batchTime);
    } else if (stream instanceof ReceiverStreamNode receiver) {
      return new CollectionNode(nextReceived(receiver));
    } else if (stream instanceof FileStreamNode files) {
      return newFiles(files);
    }
    throw new IllegalArgumentException("not a known input: " + stream);
  }

  private List<List<Object>> nextReceived(InputStreamNode input) {
    Deque<List<List<Object>>> waiting = received.get(input.inputId());
    return waiting == null || waiting.isEmpty() ? List.of() : waiting.remove();
  }

  private RddNode newFiles(FileStreamNode stream) throws IOException {
    Set<Path> seen = seenFiles.computeIfAbsent(stream, node -> new HashSet<>());
    List<FileSplit> splits = new ArrayList<>();
    try (Stream<Path> listing = Files.list(Path.of(stream.directory()))) {
      for (Path file : listing.sorted().toList()) {
        if (!file.getFileName().toString().startsWith(".") && seen.add(file)) {
          splits.addAll(splits(file, 1));
        }
      }
    }
    return new TextFilesNode(splits);
  }

  @Override
  public boolean awaitTermination(long timeoutMs) throws InterruptedException {
    CountDownLatch latch = ended();
    if (timeoutMs < 0) {
      latch.await();
    } else if (!latch.await(timeoutMs, TimeUnit.MILLISECONDS)) {
      return false;
    }
    MillraceException cause = failure();
    if (cause != null) {
      throw cause;
    }
    return true;
  }

  private synchronized CountDownLatch ended() {
    return ended;
  }

  private synchronized MillraceException failure() {
    return failure;
  }

  @Override
  public synchronized void stop(StopMode mode) {
    if (graph != null) {
      stopMode = mode;
      graph = null;
      ended.countDown();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    ended.countDown();
  }
}
