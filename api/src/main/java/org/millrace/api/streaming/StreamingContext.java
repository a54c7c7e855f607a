package org.millrace.api.streaming;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.Closeable;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.InputFormat;
import org.millrace.api.BatchContext;
import org.millrace.api.Optional;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.RDDLike;
import org.millrace.api.StreamingConf;
import org.millrace.api.codec.Codec;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function0;
import org.millrace.api.function.Function2;
import org.millrace.api.graph.DerivedStreamNode;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.api.graph.FileStreamNode.Selection;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.InputStreamNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.QueueStreamNode;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ReceiverStreamNode;
import org.millrace.api.graph.Restart;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;
import org.millrace.api.graph.UnionComposition;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.StopMode;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.socket.SocketReceivers;

/**
 * The entry of a streaming program: defines inputs, is started once, and runs until it is stopped.
 *
 * <p>Thread-safe. The states and what leads from one to the next are those of {@link
 * StreamingContextState}. Only one context of a JVM can be active at a time.
 */
public final class StreamingContext implements Closeable {
  private static final String STOP_BATCH_CONTEXT = "millrace.stopBatchContextByDefault";
  private static final AtomicReference<StreamingContext> ACTIVE = new AtomicReference<>();

  private final BatchContext batchContext;
  private final Engine engine;
  private final Duration batchInterval;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition leftInitialized = lock.newCondition();

  @GuardedBy("lock")
  private final StreamDefinitions definitions = new StreamDefinitions();

  @GuardedBy("lock")
  private StreamingContextState state = StreamingContextState.INITIALIZED;

  /** A context for a master like {@code local[2]}, listed under a name. */
  public StreamingContext(String master, String appName, Duration batchInterval) {
    this(new StreamingConf().setMaster(master).setAppName(appName), batchInterval);
  }

  /**
   * A context with a configuration, which is copied.
   *
   * @throws MillraceException what {@link BatchContext#BatchContext(StreamingConf)} throws
   */
  public StreamingContext(StreamingConf conf, Duration batchInterval) {
    this(checked(conf, batchInterval), batchInterval);
  }

  /** A context that runs on the engine of a batch context. */
  public StreamingContext(BatchContext batchContext, Duration batchInterval) {
    this.batchContext = Objects.requireNonNull(batchContext, "batchContext");
    this.engine = batchContext.engine();
    requirePositive(batchInterval, "the batch interval");
    this.batchInterval = batchInterval;
  }

  /** Refuses a wrong interval before an engine is opened that nobody would close. */
  private static BatchContext checked(StreamingConf conf, Duration batchInterval) {
    requirePositive(batchInterval, "the batch interval");
    return new BatchContext(conf);
  }

  private static void requirePositive(Duration duration, String what) {
    if (duration.milliseconds() <= 0) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, what + " is " + duration + "; give a duration of at least 1 ms");
    }
  }

  /** The batch context on whose engine this one runs; another name of {@link #batchContext()}. */
  public BatchContext sparkContext() {
    return batchContext;
  }

  /** The batch context on whose engine this one runs. */
  public BatchContext batchContext() {
    return batchContext;
  }

  /** Time between two batches. */
  public Duration batchInterval() {
    return batchInterval;
  }

  /** The context of this JVM that is active; absent when none is. */
  public static Optional<StreamingContext> getActive() {
    return Optional.ofNullable(ACTIVE.get());
  }

  /**
   * The context of this JVM that is active, else the one that a function makes.
   *
   * @throws MillraceException ILLEGAL_USE with the cause when the function throws a checked one
   */
  public static StreamingContext getActiveOrCreate(Function0<StreamingContext> creatingFunc) {
    StreamingContext active = ACTIVE.get();
    return active != null ? active : Creation.call(creatingFunc);
  }

  /**
   * The context of this JVM that is active, else what {@link #getOrCreate(String, Function0)}
   * gives.
   */
  public static StreamingContext getActiveOrCreate(
      String checkpointPath, Function0<StreamingContext> creatingFunc) {
    StreamingContext active = ACTIVE.get();
    return active != null ? active : getOrCreate(checkpointPath, creatingFunc);
  }

  /** The same with what {@link #getOrCreate(String, Function0, Configuration, boolean)} takes. */
  public static StreamingContext getActiveOrCreate(
      String checkpointPath,
      Function0<StreamingContext> creatingFunc,
      Configuration hadoopConf,
      boolean createOnError) {
    StreamingContext active = ACTIVE.get();
    return active != null
        ? active
        : getOrCreate(checkpointPath, creatingFunc, hadoopConf, createOnError);
  }

  /**
   * The context that a function makes, which at its start goes on with the application that the
   * checkpoint directory holds.
   *
   * <p>The function is always called: a checkpoint holds what was read, computed and decided, but
   * no code. It makes a new context and defines the streams as the program wants them today; the
   * inputs, states and outputs among them are matched with those of the checkpoint by their uid
   * ({@link DStream#uid}), or by operation and order. It may call {@link #checkpoint} with the same
   * directory, or leave that to this method. When the directory holds nothing, {@link #start}
   * starts the application for the first time; when what it holds is damaged, {@code start} fails
   * with CORRUPT_LOG, and when it does not fit the program, with CHECKPOINT_MISMATCH.
   *
   * @throws MillraceException ILLEGAL_USE when the function names another directory, gives a
   *     context that was started, or throws a checked exception, which is the cause
   */
  public static StreamingContext getOrCreate(
      String checkpointPath, Function0<StreamingContext> creatingFunc) {
    return Creation.call(creatingFunc).recoverFrom(checkpointPath, Restart.RECOVER);
  }

  /** {@link #getOrCreate(String, Function0)}; the directory is reached as the context says. */
  public static StreamingContext getOrCreate(
      String checkpointPath, Function0<StreamingContext> creatingFunc, Configuration hadoopConf) {
    return getOrCreate(checkpointPath, creatingFunc, hadoopConf, false);
  }

  /**
   * {@link #getOrCreate(String, Function0)}.
   *
   * @param hadoopConf not used: the directory is reached as the context says
   * @param createOnError whether the start begins anew, with a warning, when the checkpoint is
   *     damaged
   */
  public static StreamingContext getOrCreate(
      String checkpointPath,
      Function0<StreamingContext> creatingFunc,
      Configuration hadoopConf,
      boolean createOnError) {
    return Creation.call(creatingFunc)
        .recoverFrom(checkpointPath, createOnError ? Restart.RECOVER_IF_READABLE : Restart.RECOVER);
  }

  /**
   * The path of the jar that a class was loaded from, as one element; empty when it did not come
   * from a jar.
   */
  public static String[] jarOfClass(Class<?> type) {
    return JarOfClass.find(type).stream().toArray(String[]::new);
  }

  /** Where this context is in its life. */
  public StreamingContextState getState() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  // ---- inputs

  /** Lines of UTF-8 text from a TCP server, kept in two copies; connects again when it fails. */
  public ReceiverInputDStream<String> socketTextStream(String hostname, int port) {
    return socketTextStream(hostname, port, StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  /** Lines of UTF-8 text from a TCP server, kept as the storage level says. */
  public ReceiverInputDStream<String> socketTextStream(
      String hostname, int port, StorageLevel storageLevel) {
    return receiverStream("socketTextStream", SocketReceivers.text(hostname, port, storageLevel));
  }

  /** Records that a function reads from the bytes of a TCP server, which it does on an executor. */
  public <T> ReceiverInputDStream<T> socketStream(
      String hostname,
      int port,
      Function<InputStream, Iterable<T>> converter,
      StorageLevel storageLevel) {
    return receiverStream(
        "socketStream", SocketReceivers.decoded(hostname, port, converter, storageLevel));
  }

  /** Lines that a TCP server sends in frames, kept in two copies; connects again when it fails. */
  public <T> ReceiverInputDStream<T> rawSocketStream(String hostname, int port) {
    return rawSocketStream(hostname, port, StorageLevel.MEMORY_AND_DISK_SER_2);
  }

  /**
   * Lines that a TCP server sends in frames, each frame stored as a block in the bytes it came in;
   * one that is longer than a block may be as several.
   *
   * <p>A frame is its length in four bytes, high byte first, at most 16 MiB, and that many bytes:
   * whole lines of UTF-8 text, each ended by a line feed, as {@link
   * org.millrace.api.streaming.socket.RawSocketWriter} writes them. The next frame is read when the
   * one before is as safe as the storage level asks for. A frame that is longer, whose last line is
   * not ended, or in which the connection ends is not stored: the receiver reports it and connects
   * again.
   *
   * @param <T> String, or a type that Strings are of, as CharSequence; with any other, functions
   *     fail with a ClassCastException
   */
  @SuppressWarnings("unchecked") // as documented: the caller says T, and the records are Strings
  public <T> ReceiverInputDStream<T> rawSocketStream(
      String hostname, int port, StorageLevel storageLevel) {
    return (ReceiverInputDStream<T>)
        receiverStream("rawSocketStream", SocketReceivers.frames(hostname, port, storageLevel));
  }

  /** What a program's own receiver stores. */
  public <T> ReceiverInputDStream<T> receiverStream(Receiver<T> receiver) {
    return receiverStream("receiverStream", receiver);
  }

  private <T> ReceiverInputDStream<T> receiverStream(String name, Receiver<T> receiver) {
    return new ReceiverInputDStream<>(
        this, input(name, (label, id) -> new ReceiverStreamNode(label, id, receiver)));
  }

  /**
   * The lines of text files that are moved into a directory (or glob of directories) after the
   * start, decompressed as their names say. Files in progress are left out: names that begin with a
   * dot or an underscore, or end in {@code ._COPYING_} or {@code .tmp}. A file is known by its path
   * and read once, however late it is seen. Subdirectories are looked into with {@code
   * millrace.files.recursive}.
   */
  public DStream<String> textFileStream(String directory) {
    return new DStream<>(
        this,
        input("textFileStream", (label, id) -> new FileStreamNode(label, id, directory, true)));
  }

  /** The pairs that an input format gives for the new files of a directory, as text files are. */
  public <K, V, F extends InputFormat<K, V>> PairInputDStream<K, V> fileStream(
      String directory, Class<K> keyClass, Class<V> valueClass, Class<F> inputFormatClass) {
    return new PairInputDStream<>(
        this,
        files(
            new Selection(directory, true, java.util.Optional.empty()),
            formatted(inputFormatClass, batchContext.hadoopConfiguration())));
  }

  /**
   * The pairs that an input format gives for files of a directory.
   *
   * @param filter whether a file is read; called in the driver, instead of the rule for names
   * @param newFilesOnly whether files that are there at the start are left out
   */
  public <K, V, F extends InputFormat<K, V>> PairInputDStream<K, V> fileStream(
      String directory,
      Class<K> keyClass,
      Class<V> valueClass,
      Class<F> inputFormatClass,
      Function<Path, Boolean> filter,
      boolean newFilesOnly) {
    return fileStream(
        directory,
        keyClass,
        valueClass,
        inputFormatClass,
        filter,
        newFilesOnly,
        batchContext.hadoopConfiguration());
  }

  /** {@code fileStream} with a configuration for the input format. */
  public <K, V, F extends InputFormat<K, V>> PairInputDStream<K, V> fileStream(
      String directory,
      Class<K> keyClass,
      Class<V> valueClass,
      Class<F> inputFormatClass,
      Function<Path, Boolean> filter,
      boolean newFilesOnly,
      Configuration conf) {
    Selection selection =
        new Selection(directory, newFilesOnly, java.util.Optional.of(new PathFilter(filter)));
    return new PairInputDStream<>(this, files(selection, formatted(inputFormatClass, conf)));
  }

  /** Records of {@code recordLength} bytes each, of the new files of a directory. */
  public DStream<byte[]> binaryRecordsStream(String directory, int recordLength) {
    if (recordLength < 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "binaryRecordsStream of records of "
              + recordLength
              + " bytes; give a length of at least 1");
    }
    return new DStream<>(
        this,
        files(
            new Selection(directory, true, java.util.Optional.empty()),
            HadoopInput.binaryRecords(
                java.util.Optional.empty(),
                recordLength,
                batchContext.hadoopConfiguration(),
                "binaryRecordsStream")));
  }

  private static HadoopInput formatted(Class<?> inputFormatClass, Configuration conf) {
    return HadoopInput.mapreduce(inputFormatClass, java.util.Optional.empty(), conf, "fileStream");
  }

  private InputStreamNode files(Selection selection, HadoopInput format) {
    return input(
        format.description().substring(0, format.description().indexOf(' ')),
        (label, id) -> new FileStreamNode(label, id, selection, java.util.Optional.of(format)));
  }

  /** The datasets of a queue, one for each batch, none when the queue is empty. */
  public <T> DStream<T> queueStream(Queue<RDD<T>> queue) {
    return queueStream(queue, true);
  }

  /** The datasets of a queue, for each batch one or all that are there. */
  public <T> InputDStream<T> queueStream(Queue<RDD<T>> queue, boolean oneAtATime) {
    return queueStream(queue, oneAtATime, null);
  }

  /**
   * The datasets of a queue, for each batch one or all that are there, and a default one when the
   * queue is empty.
   *
   * <p>Datasets may be added while the context runs: the queue is read inside {@code synchronized
   * (queue)}, so the program adds in the same way or gives a concurrent queue.
   *
   * @param defaultRDD may be null: then a batch without a dataset is empty
   */
  public <T> InputDStream<T> queueStream(
      Queue<RDD<T>> queue, boolean oneAtATime, RDD<T> defaultRDD) {
    QueueReader<T> reader = new QueueReader<>(queue, oneAtATime, defaultRDD);
    return new InputDStream<>(
        this, input("queueStream", (label, id) -> new QueueStreamNode(label, id, reader)));
  }

  /** In each batch the partitions of all streams, one stream after the other; at least one. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public final <T> DStream<T> union(DStream<T>... streams) {
    return new DStream<>(this, united(Arrays.asList(streams)));
  }

  /** In each batch the partitions of all streams, one stream after the other; at least one. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public final <K, V> PairDStream<K, V> union(PairDStream<K, V>... streams) {
    return new PairDStream<>(this, united(Arrays.asList(streams)));
  }

  StreamNode united(List<? extends DStreamLike<?, ?, ?>> streams) {
    List<StreamNode> parents = nodesOf(streams, "union");
    NodeLabel label = label("union", parents.get(0).slide());
    return new DerivedStreamNode(
        label,
        parents,
        (rdds, batchTime) -> UnionComposition.of(rdds, label.description()),
        List.of());
  }

  /**
   * In each batch the dataset that a function makes of those of all streams; runs in the driver.
   *
   * @param dstreams at least one, all with one slide; streams of pairs by {@link
   *     PairDStream#toDStream}
   * @param transformFunc takes the datasets in the order of the streams, and the batch time
   */
  public <T> DStream<T> transform(
      List<DStream<?>> dstreams, Function2<List<RDD<?>>, Time, RDD<T>> transformFunc) {
    return new DStream<>(this, transformed("transform", dstreams, transformFunc));
  }

  /** {@link #transform} that gives pairs. */
  public <K, V> PairDStream<K, V> transformToPair(
      List<DStream<?>> dstreams, Function2<List<RDD<?>>, Time, PairRDD<K, V>> transformFunc) {
    return new PairDStream<>(this, transformed("transformToPair", dstreams, transformFunc));
  }

  private StreamNode transformed(
      String name,
      List<DStream<?>> dstreams,
      Function2<List<RDD<?>>, Time, ? extends RDDLike<?, ?>> f) {
    Objects.requireNonNull(f, "the function is null");
    List<DStream<?>> streams = List.copyOf(dstreams);
    List<StreamNode> parents = nodesOf(streams, name);
    NodeLabel label = label(name, parents.get(0).slide());
    return new DerivedStreamNode(
        label,
        parents,
        (rdds, batchTime) -> {
          List<RDD<?>> typed = new ArrayList<>();
          for (int i = 0; i < rdds.size(); i++) {
            typed.add(streams.get(i).wrapRDD(rdds.get(i)));
          }
          return given(f.call(typed, batchTime), label, batchTime);
        },
        List.of());
  }

  /** What a program's function made of the datasets of a batch, which must not be null. */
  static RddNode given(RDDLike<?, ?> result, NodeLabel label, Time batchTime) {
    if (result == null) {
      throw new MillraceException(
          ErrorCode.NULL_RDD,
          "the function of "
              + label.description()
              + " gave null for the batch of "
              + batchTime
              + "; to give no records, return context().sparkContext().emptyRDD()");
    }
    return result.node();
  }

  private List<StreamNode> nodesOf(List<? extends DStreamLike<?, ?, ?>> streams, String operation) {
    if (streams.isEmpty()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, operation + " of no streams; give at least one stream");
    }
    Duration slide = streams.get(0).node().slide();
    List<StreamNode> nodes = new ArrayList<>();
    for (DStreamLike<?, ?, ?> stream : streams) {
      StartCheck.requireSame(stream.context() == this, slide, stream.node().slide(), operation);
      nodes.add(stream.node());
    }
    return nodes;
  }

  /** Keeps the datasets of each batch usable for a duration after it. */
  public void remember(Duration duration) {
    requirePositive(duration, "the remember duration");
    define("remember", to -> to.remember(duration));
  }

  /**
   * Names the directory in which the application keeps what must survive it. Streams with state
   * that cannot be found again from the batches of a window need one.
   *
   * @param directory path or URI of a directory, which is made when it does not exist
   */
  public void checkpoint(String directory) {
    if (directory == null || directory.isBlank()) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "the checkpoint directory is blank; give a path or URI");
    }
    define("checkpoint", to -> to.checkpoint(directory));
  }

  /**
   * Stores state of a class, and of those that extend it, by a codec of the program; see {@link
   * org.millrace.api.codec}.
   *
   * @throws MillraceException ILLEGAL_USE when the class or the codec's name has one already, or
   *     the class one that is built in; CHANGE_AFTER_START
   */
  public <T> void registerCodec(Class<T> type, Codec<T> codec) {
    define("registerCodec", to -> to.registerCodec(new CodecRegistration(type, codec)));
  }

  private StreamingContext recoverFrom(String directory, Restart restart) {
    define("getOrCreate", to -> to.recoverFrom(directory, restart));
    return this;
  }

  /** Tells a listener what happens from now on; allowed before and after the start. */
  public void addStreamingListener(StreamingListener listener) {
    engine.addListener(Objects.requireNonNull(listener, "listener"));
  }

  /** Tells a listener nothing more; does nothing when it was not added. */
  public void removeStreamingListener(StreamingListener listener) {
    engine.removeListener(Objects.requireNonNull(listener, "listener"));
  }

  // ---- life cycle

  /**
   * Starts receivers and batches; returns when they are started.
   *
   * @throws MillraceException NO_OUTPUT_OPERATION when there is nothing to run,
   *     FUNCTION_NOT_SERIALIZABLE when a function cannot be sent to executors,
   *     NO_CHECKPOINT_DIRECTORY when a stream needs one, STATE_TYPE_REFUSED for state of a class
   *     that no codec stores (in these cases the context is stopped), ALREADY_STARTED,
   *     ALREADY_STOPPED, ANOTHER_CONTEXT_ACTIVE
   */
  public void start() {
    lock.lock();
    try {
      requireNotStarted();
      StreamingContext other = ACTIVE.compareAndExchange(null, this);
      if (other != null) {
        throw new MillraceException(
            ErrorCode.ANOTHER_CONTEXT_ACTIVE,
            "the streaming context of '"
                + other.batchContext.appName()
                + "' is active in this JVM; stop it before another one is started");
      }
      boolean started = false;
      try {
        engine.start(checkedGraph());
        started = true;
      } finally {
        transitionTo(started ? StreamingContextState.ACTIVE : StreamingContextState.STOPPED);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void requireNotStarted() {
    switch (state) {
      case INITIALIZED -> {}
      case ACTIVE ->
          throw new MillraceException(
              ErrorCode.ALREADY_STARTED,
              "the streaming context was started already; call start() once");
      case STOPPED ->
          throw new MillraceException(
              ErrorCode.ALREADY_STOPPED,
              "the streaming context was stopped and cannot be started again; make a new one");
    }
  }

  @GuardedBy("lock")
  private StreamGraph checkedGraph() {
    if (!definitions.hasOutput()) {
      throw new MillraceException(
          ErrorCode.NO_OUTPUT_OPERATION,
          "the program defines no output operation, so there is nothing to run; call print,"
              + " saveAsTextFiles or foreachRDD on a stream before start()");
    }
    StreamGraph graph = definitions.graph(batchInterval);
    StartCheck.require(graph);
    return graph;
  }

  @GuardedBy("lock")
  private void transitionTo(StreamingContextState next) {
    state = next;
    if (next == StreamingContextState.STOPPED) {
      ACTIVE.compareAndSet(this, null);
    }
    leftInitialized.signalAll();
  }

  /**
   * Waits until the context is stopped.
   *
   * @throws InterruptedException when this thread is interrupted while it waits
   * @throws MillraceException the first failure, when the context ended by one
   */
  public void awaitTermination() throws InterruptedException {
    awaitStarted(Long.MAX_VALUE);
    if (getState() != StreamingContextState.STOPPED) {
      awaitEngine(-1);
    }
  }

  /**
   * Waits until the context is stopped or a time has passed.
   *
   * @param timeoutMs how long to wait, in milliseconds
   * @return whether the context is stopped
   * @throws InterruptedException when this thread is interrupted while it waits
   * @throws MillraceException the first failure, when the context ended by one
   */
  public boolean awaitTerminationOrTimeout(long timeoutMs) throws InterruptedException {
    long remainingNanos = awaitStarted(TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    return switch (getState()) {
      case INITIALIZED -> false;
      case STOPPED -> true;
      case ACTIVE -> awaitEngine(Math.max(0, TimeUnit.NANOSECONDS.toMillis(remainingNanos)));
    };
  }

  /** Waits until the context was started or stopped; returns the rest of the time. */
  private long awaitStarted(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long remaining = nanos;
      while (state == StreamingContextState.INITIALIZED && remaining > 0) {
        remaining = leftInitialized.awaitNanos(remaining);
      }
      return remaining;
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitEngine(long timeoutMs) throws InterruptedException {
    boolean ended = true;
    try {
      ended = engine.awaitTermination(timeoutMs);
      return ended;
    } finally {
      if (ended) {
        transitionToStopped();
      }
    }
  }

  /** Stops at once, with the batch context unless the configuration says otherwise. */
  public void stop() {
    stop(batchContext.getConf().getBoolean(STOP_BATCH_CONTEXT, true));
  }

  /** Stops at once, with or without the batch context. */
  public void stop(boolean stopBatchContext) {
    stop(stopBatchContext, false);
  }

  /**
   * Stops; may be called in any state and more than once.
   *
   * @param stopBatchContext whether the batch context is stopped, too
   * @param stopGracefully whether all that was received is processed before
   */
  public void stop(boolean stopBatchContext, boolean stopGracefully) {
    try {
      if (getState() == StreamingContextState.ACTIVE) {
        engine.stop(stopGracefully ? StopMode.GRACEFUL : StopMode.NOW);
      }
    } finally {
      transitionToStopped();
      if (stopBatchContext) {
        batchContext.stop();
      }
    }
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  private void transitionToStopped() {
    lock.lock();
    try {
      transitionTo(StreamingContextState.STOPPED);
    } finally {
      lock.unlock();
    }
  }

  // ---- what streams call to define more

  int defaultParallelism() {
    return batchContext.defaultParallelism();
  }

  NodeLabel label(String name, Duration slide) {
    lock.lock();
    try {
      requireDefinable(name);
      return definitions.label(name, slide);
    } finally {
      lock.unlock();
    }
  }

  Engine engine() {
    return engine;
  }

  /** The stream of one id shows the state of the stream of another. */
  void addView(int streamId, int stateId) {
    define("a view of state", to -> to.addView(streamId, stateId));
  }

  void change(String name, Consumer<StreamDefinitions> change) {
    define(name, change);
  }

  OutputOperation output(
      String name, java.util.function.Function<StreamDefinitions, Output> definition) {
    lock.lock();
    try {
      requireDefinable(name);
      Output added = definition.apply(definitions);
      return new OutputOperation(this, added.id(), added.description());
    } finally {
      lock.unlock();
    }
  }

  /** Makes the node of an input from its label and its number. */
  @FunctionalInterface
  private interface InputMaker {
    InputStreamNode make(NodeLabel label, int inputId);
  }

  private InputStreamNode input(String name, InputMaker maker) {
    lock.lock();
    try {
      requireDefinable(name);
      InputStreamNode node =
          maker.make(definitions.label(name, batchInterval), definitions.nextInputId());
      definitions.add(node);
      return node;
    } finally {
      lock.unlock();
    }
  }

  private void define(String name, Consumer<StreamDefinitions> definition) {
    lock.lock();
    try {
      requireDefinable(name);
      definition.accept(definitions);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void requireDefinable(String name) {
    if (state != StreamingContextState.INITIALIZED) {
      throw new MillraceException(
          ErrorCode.CHANGE_AFTER_START,
          name
              + " after the streaming context is "
              + state
              + ": inputs, transformations and outputs are defined before start()");
    }
  }
}
