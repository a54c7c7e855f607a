package org.millrace.api;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapred.InputFormat;
import org.apache.hadoop.mapred.JobConf;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.accumulator.CollectionAccumulator;
import org.millrace.api.accumulator.DoubleAccumulator;
import org.millrace.api.accumulator.LongAccumulator;
import org.millrace.api.broadcast.Broadcast;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.CallSite;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.HadoopFormat;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.api.input.PortableDataStream;
import org.millrace.api.spi.Engine;

/**
 * The connection of a program to an engine, and the maker of its datasets.
 *
 * <p>Thread-safe. A context opens its engine when it is made and closes it when it is stopped.
 */
public final class BatchContext implements Closeable {
  private final StreamingConf conf;
  private final Engine engine;
  private final Datasets datasets = new Datasets();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicReference<Configuration> hadoopConfiguration = new AtomicReference<>();

  /** A context with the configuration that the system properties give. */
  public BatchContext() {
    this(new StreamingConf());
  }

  /** A context for a master like {@code local[2]}, listed under a name. */
  public BatchContext(String master, String appName) {
    this(new StreamingConf().setMaster(master).setAppName(appName));
  }

  /** A context for a master and a name, else configured by {@code conf}. */
  public BatchContext(String master, String appName, StreamingConf conf) {
    this(conf.clone().setMaster(master).setAppName(appName));
  }

  /**
   * A context with a configuration, which is copied. A master that the command line gave, as the
   * system property {@code millrace.master}, wins over the program's.
   *
   * @throws MillraceException INVALID_CONFIGURATION_VALUE when master or name is missing, NO_ENGINE
   *     when no engine on the class path accepts the master, RUN_ON_CLIENT when the master is yarn
   *     and this process was not started by a submission
   */
  public BatchContext(StreamingConf conf) {
    this(EngineSelection.of(conf));
  }

  private BatchContext(EngineSelection selection) {
    this(selection.conf(), selection.open());
  }

  /** A context over an engine that is open already; for engines and test kits. */
  public BatchContext(StreamingConf conf, Engine engine) {
    this.conf = conf.clone();
    this.engine = Objects.requireNonNull(engine, "engine");
  }

  /** The configuration; a copy. */
  public StreamingConf getConf() {
    return conf.clone();
  }

  /** The master, like {@code local[2]}. */
  public String master() {
    return conf.get(StreamingConf.MASTER);
  }

  /** The name under which the application is listed. */
  public String appName() {
    return conf.get(StreamingConf.APP_NAME);
  }

  /** The engine; for the streaming context and test kits. */
  public Engine engine() {
    if (stopped.get()) {
      throw new MillraceException(
          ErrorCode.ALREADY_STOPPED, "the context was stopped; make a new one to run anything");
    }
    return engine;
  }

  /** How many partitions a dataset has when the program does not say; at least 1. */
  public int defaultParallelism() {
    return engine().defaultParallelism();
  }

  Datasets datasets() {
    return datasets;
  }

  /** The datasets that the program keeps now and still refers to, by their ids. */
  public Map<Long, RDD<?>> getPersistentRDDs() {
    Map<Long, RDD<?>> result = new LinkedHashMap<>();
    datasets.persisted().forEach((id, node) -> result.put(id, new RDD<>(this, node)));
    return result;
  }

  boolean hasConfiguredParallelism() {
    return conf.contains("millrace.default.parallelism");
  }

  /** How many partitions a text file has at least when the program does not say: 1 or 2. */
  public int defaultMinPartitions() {
    return Math.min(defaultParallelism(), 2);
  }

  /** A dataset of records that the program holds, in default parallelism partitions. */
  public <T> RDD<T> parallelize(List<T> list) {
    return parallelize(list, defaultParallelism());
  }

  /** A dataset of records that the program holds, in runs of about equal length. */
  public <T> RDD<T> parallelize(List<T> list, int numSlices) {
    return new RDD<>(this, sliced(list, numSlices, "parallelize"));
  }

  /** A dataset of pairs that the program holds, in default parallelism partitions. */
  public <K, V> PairRDD<K, V> parallelizePairs(List<Tuple2<K, V>> list) {
    return parallelizePairs(list, defaultParallelism());
  }

  /** A dataset of pairs that the program holds, in runs of about equal length. */
  public <K, V> PairRDD<K, V> parallelizePairs(List<Tuple2<K, V>> list, int numSlices) {
    return new PairRDD<>(this, sliced(list, numSlices, "parallelizePairs"));
  }

  /** A dataset of numbers that the program holds, in default parallelism partitions. */
  public DoubleRDD parallelizeDoubles(List<Double> list) {
    return parallelizeDoubles(list, defaultParallelism());
  }

  /** A dataset of numbers that the program holds, in runs of about equal length. */
  public DoubleRDD parallelizeDoubles(List<Double> list, int numSlices) {
    return new DoubleRDD(this, sliced(list, numSlices, "parallelizeDoubles"));
  }

  private RddNode sliced(List<?> list, int numSlices, String operation) {
    engine();
    if (numSlices < 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          operation + " into " + numSlices + " partitions; give a number of at least 1");
    }
    return CollectionNode.sliced(list, numSlices, described(operation));
  }

  /** A dataset without partitions. */
  public <T> RDD<T> emptyRDD() {
    return new RDD<>(this, new EmptyNode());
  }

  /** The lines of text files at a path, which may be a glob. */
  public RDD<String> textFile(String path) {
    return textFile(path, defaultMinPartitions());
  }

  /** The lines of text files at a path, which may be a glob, in at least so many partitions. */
  public RDD<String> textFile(String path, int minPartitions) {
    return new RDD<>(this, engine().textFile(path, minPartitions));
  }

  // ---- input through Hadoop: a path is a file, a directory or a glob, or several with commas

  /**
   * The Hadoop configuration that inputs and outputs without one of their own use. Changes count
   * for what is defined after them.
   */
  public Configuration hadoopConfiguration() {
    Configuration known = hadoopConfiguration.get();
    if (known == null) {
      hadoopConfiguration.compareAndSet(null, new Configuration());
      known = hadoopConfiguration.get();
    }
    return known;
  }

  /** {@link #sequenceFile(String, Class, Class, int)} with default partitions. */
  public <K, V> PairRDD<K, V> sequenceFile(String path, Class<K> keyClass, Class<V> valueClass) {
    return sequenceFile(path, keyClass, valueClass, defaultMinPartitions());
  }

  /** The pairs of Hadoop sequence files, in the order of files and blocks; each its own object. */
  public <K, V> PairRDD<K, V> sequenceFile(
      String path, Class<K> keyClass, Class<V> valueClass, int minPartitions) {
    return pairs(HadoopInput.sequenceFile(path, hadoopConfiguration()), minPartitions);
  }

  /** {@link #objectFile(String, int)} with default partitions. */
  public <T> RDD<T> objectFile(String path) {
    return objectFile(path, defaultMinPartitions());
  }

  /** The records that {@code saveAsObjectFile} wrote, in their order. */
  public <T> RDD<T> objectFile(String path, int minPartitions) {
    return new RDD<>(
        this,
        engine()
            .hadoopInput(own("objectFile", path, HadoopFormat.Own.OBJECT_FILES), minPartitions));
  }

  /** {@link #wholeTextFiles(String, int)} with default partitions. */
  public PairRDD<String, String> wholeTextFiles(String path) {
    return wholeTextFiles(path, defaultMinPartitions());
  }

  /** For each file a pair of its URI and all of its UTF-8 text, in the order of the URIs. */
  public PairRDD<String, String> wholeTextFiles(String path, int minPartitions) {
    return pairs(own("wholeTextFiles", path, HadoopFormat.Own.WHOLE_TEXT_FILES), minPartitions);
  }

  /** {@link #binaryFiles(String, int)} with default partitions. */
  public PairRDD<String, PortableDataStream> binaryFiles(String path) {
    return binaryFiles(path, defaultMinPartitions());
  }

  /** For each file a pair of its URI and the file, not yet opened, in the order of the URIs. */
  public PairRDD<String, PortableDataStream> binaryFiles(String path, int minPartitions) {
    return pairs(own("binaryFiles", path, HadoopFormat.Own.BINARY_FILES), minPartitions);
  }

  /** The records of files that consist of records of {@code recordLength} bytes each. */
  public RDD<byte[]> binaryRecords(String path, int recordLength) {
    HadoopInput input =
        HadoopInput.binaryRecords(
            Optional.of(path), recordLength, hadoopConfiguration(), "binaryRecords");
    return new RDD<>(this, engine().hadoopInput(input, defaultMinPartitions()));
  }

  /** {@link #hadoopFile(String, Class, Class, Class, int)} with default partitions. */
  public <K, V, F extends InputFormat<K, V>> PairRDD<K, V> hadoopFile(
      String path, Class<F> inputFormatClass, Class<K> keyClass, Class<V> valueClass) {
    return hadoopFile(path, inputFormatClass, keyClass, valueClass, defaultMinPartitions());
  }

  /**
   * The pairs that an input format gives. Writables are copied where the format uses its objects
   * again, so a pair may be kept.
   */
  public <K, V, F extends InputFormat<K, V>> PairRDD<K, V> hadoopFile(
      String path,
      Class<F> inputFormatClass,
      Class<K> keyClass,
      Class<V> valueClass,
      int minPartitions) {
    return pairs(
        HadoopInput.mapred(
            inputFormatClass, Optional.of(path), hadoopConfiguration(), "hadoopFile"),
        minPartitions);
  }

  /** {@link #hadoopRDD(JobConf, Class, Class, Class, int)} with default partitions. */
  public <K, V, F extends InputFormat<K, V>> PairRDD<K, V> hadoopRDD(
      JobConf conf, Class<F> inputFormatClass, Class<K> keyClass, Class<V> valueClass) {
    return hadoopRDD(conf, inputFormatClass, keyClass, valueClass, defaultMinPartitions());
  }

  /** The pairs that an input format gives for a configuration, which says where it reads. */
  public <K, V, F extends InputFormat<K, V>> PairRDD<K, V> hadoopRDD(
      JobConf conf,
      Class<F> inputFormatClass,
      Class<K> keyClass,
      Class<V> valueClass,
      int minPartitions) {
    return pairs(
        HadoopInput.mapred(inputFormatClass, Optional.empty(), conf, "hadoopRDD"), minPartitions);
  }

  /** The pairs that an input format of the new interface gives for a path. */
  public <K, V, F extends org.apache.hadoop.mapreduce.InputFormat<K, V>>
      PairRDD<K, V> newAPIHadoopFile(
          String path,
          Class<F> inputFormatClass,
          Class<K> keyClass,
          Class<V> valueClass,
          Configuration conf) {
    return pairs(
        HadoopInput.mapreduce(inputFormatClass, Optional.of(path), conf, "newAPIHadoopFile"),
        defaultMinPartitions());
  }

  /** The pairs that an input format of the new interface gives for a configuration. */
  public <K, V, F extends org.apache.hadoop.mapreduce.InputFormat<K, V>>
      PairRDD<K, V> newAPIHadoopRDD(
          Configuration conf, Class<F> inputFormatClass, Class<K> keyClass, Class<V> valueClass) {
    return pairs(
        HadoopInput.mapreduce(inputFormatClass, Optional.empty(), conf, "newAPIHadoopRDD"),
        defaultMinPartitions());
  }

  private <K, V> PairRDD<K, V> pairs(HadoopInput input, int minPartitions) {
    return new PairRDD<>(this, engine().hadoopInput(input, minPartitions));
  }

  private HadoopInput own(String operation, String path, HadoopFormat.Own format) {
    return HadoopInput.own(format, path, hadoopConfiguration(), operation);
  }

  /** The partitions of all datasets, one dataset after the other. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public final <T> RDD<T> union(RDD<T>... rdds) {
    return new RDD<>(this, united(Arrays.asList(rdds)));
  }

  /** The partitions of all datasets, one dataset after the other. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public final <K, V> PairRDD<K, V> union(PairRDD<K, V>... rdds) {
    return new PairRDD<>(this, united(Arrays.asList(rdds)));
  }

  /** The partitions of all datasets, one dataset after the other. */
  public DoubleRDD union(DoubleRDD... rdds) {
    return new DoubleRDD(this, united(Arrays.asList(rdds)));
  }

  private RddNode united(List<? extends RDDLike<?, ?>> rdds) {
    List<RddNode> parents = new ArrayList<>();
    for (RDDLike<?, ?> rdd : rdds) {
      requireSame(rdd.context(), "union");
      parents.add(rdd.node());
    }
    return new UnionNode(parents, described("union"));
  }

  // ---- shared variables

  /**
   * A value that each executor gets once, when a function that captured the broadcast runs there.
   *
   * @throws MillraceException ILLEGAL_USE for null, or a value that cannot be sent
   */
  public <T> Broadcast<T> broadcast(T value) {
    if (value == null) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "null cannot be broadcast; capture nothing instead");
    }
    return engine().broadcast(value);
  }

  /** An accumulator of long values without a name. */
  public LongAccumulator longAccumulator() {
    return longAccumulator(null);
  }

  /** An accumulator of long values. */
  public LongAccumulator longAccumulator(String name) {
    return registered(new LongAccumulator(), name);
  }

  /** An accumulator of double values without a name. */
  public DoubleAccumulator doubleAccumulator() {
    return doubleAccumulator(null);
  }

  /** An accumulator of double values. */
  public DoubleAccumulator doubleAccumulator(String name) {
    return registered(new DoubleAccumulator(), name);
  }

  /** An accumulator that collects values, without a name. */
  public <T> CollectionAccumulator<T> collectionAccumulator() {
    return collectionAccumulator(null);
  }

  /** An accumulator that collects values. */
  public <T> CollectionAccumulator<T> collectionAccumulator(String name) {
    return registered(new CollectionAccumulator<T>(), name);
  }

  /** Makes a program's own accumulator known, without a name. */
  public void register(AccumulatorV2<?, ?> accumulator) {
    engine().register(accumulator, null);
  }

  /** Makes a program's own accumulator known. */
  public void register(AccumulatorV2<?, ?> accumulator, String name) {
    engine().register(accumulator, name);
  }

  private <A extends AccumulatorV2<?, ?>> A registered(A accumulator, String name) {
    engine().register(accumulator, name);
    return accumulator;
  }

  /** The context itself: programs that wrap the context of a dataset find it here. */
  public static BatchContext fromSparkContext(BatchContext context) {
    return context;
  }

  /** This context: programs that reach for the inner one find it here. */
  public BatchContext sc() {
    return this;
  }

  /** Closes the engine; a second call does nothing. */
  public void stop() {
    if (stopped.compareAndSet(false, true)) {
      engine.close();
    }
  }

  /** The same as {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  void requireSame(BatchContext other, String operation) {
    if (other != this) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          operation
              + " of datasets of two contexts at "
              + CallSite.here()
              + "; make all datasets"
              + " by one context");
    }
  }

  private static String described(String operation) {
    return operation + " at " + CallSite.here();
  }
}
