package org.millrace.benchmarks.millrace;

import java.util.AbstractQueue;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.InputDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.transparent.Text;
import org.millrace.api.transparent.TextBytes;
import org.millrace.benchmarks.workload.RecordPool;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.RunSpec;

/**
 * A queue of datasets that makes the next one when it is asked: the batch's records are numbers of
 * chunks, made into fresh Strings in the tasks. How many records a batch gets is {@link Pace}'s.
 */
final class GeneratedInput extends AbstractQueue<RDD<Long>> {
  /** Records that one number stands for; the last chunk of a batch may be shorter. */
  private static final int CHUNK = 512;

  // Tasks run in this process; a pool is too large to be captured.
  private static volatile RecordPool pool;

  /** How many records the next batch gets; called once for each batch, in order. */
  interface Pace {
    long nextBatch();
  }

  private final BatchContext context;
  private final int partitions;
  private final Pace pace;
  private final BatchLog log;
  private long next;

  private GeneratedInput(BatchContext context, int partitions, Pace pace, BatchLog log) {
    this.context = context;
    this.partitions = partitions;
    this.pace = pace;
    this.log = log;
  }

  /**
   * The stream of a pool's records, slices of bytes for built-in operators; each batch is noted in
   * the log when it is cut.
   */
  static DStream<String> stream(
      StreamingContext context, RunSpec spec, RecordPool records, Pace pace, BatchLog log) {
    pool = records;
    GeneratedInput queue = new GeneratedInput(context.batchContext(), spec.cores(), pace, log);
    InputDStream<Long> chunks = context.queueStream(queue, true);
    return Jobs.isBuiltIn(spec)
        ? chunks.flatMap(Text.fromBytes(GeneratedInput::slices))
        : chunks.flatMap(GeneratedInput::chunk);
  }

  private static RecordReader chunk(long at) {
    // The chunk's length is in the upper bits.
    long from = at & (1L << 48) - 1;
    return pool.reader(from, from + (at >>> 48));
  }

  private static void slices(long at, TextBytes.Output out) throws Exception {
    RecordReader records = chunk(at);
    while (records.advance()) {
      out.add(records.bytes(), records.offset(), records.offset() + records.length());
    }
  }

  @Override
  public RDD<Long> poll() {
    long from = next;
    long to = from + pace.nextBatch();
    log.cut(from, to, pool.weight(from, to));
    next = to;
    if (from == to) {
      return null;
    }
    List<Long> chunks =
        LongStream.range(0, (to - from + CHUNK - 1) / CHUNK)
            .map(i -> from + i * CHUNK)
            .map(start -> start | Math.min(CHUNK, to - start) << 48)
            .boxed()
            .toList();
    return context.parallelize(chunks, partitions);
  }

  @Override
  public RDD<Long> peek() {
    throw new UnsupportedOperationException("batches are made when they are due");
  }

  @Override
  public boolean offer(RDD<Long> dataset) {
    throw new UnsupportedOperationException("batches are made here");
  }

  @Override
  public Iterator<RDD<Long>> iterator() {
    return Collections.emptyIterator();
  }

  @Override
  public int size() {
    return 0;
  }
}
