package org.millrace.runner.task;

import org.millrace.api.Partitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.shuffle.MapOutput;
import org.millrace.runner.shuffle.RecordSizes;
import org.millrace.runner.shuffle.ShuffleKey;

/**
 * Combines pairs by key before they are written to the reduce partitions. When the table outgrows
 * the memory budget, it is written as it is and a new one is begun: keys still arrive in first-seen
 * order.
 */
final class CombiningSink extends Sink {
  private static final int PAIRS_A_STEP = 4_096;

  private final Combiner table;
  private SinkContext context;
  private MapOutput output;
  private Partitioning partitioning;
  private int partitionCount;

  /** The next entry to write; -1 while the table takes records. */
  private int writing;

  private boolean flushed;
  private long reservedBytes;
  private long bytesAnEntry;

  CombiningSink(Combiner table) {
    this.table = table;
  }

  /** Records go straight into the table: one call less for each. */
  Combiner head() {
    return table;
  }

  @Override
  @SuppressWarnings("unchecked") // the program's types were checked where it was compiled
  void begin(SinkContext given) {
    context = given;
    TaskKey task = given.task();
    ShuffleKey key =
        new ShuffleKey(task.jobId(), task.placementVersion(), given.spec().getShuffleId());
    int pageBytes = given.environment().settings().pageBytes();
    output = given.shuffles().openMapOutput(key, task.partition(), task.attempt(), pageBytes);
    partitionCount = output.partitionCount();
    Partitioner custom = (Partitioner) given.function(given.spec().getPartitioner());
    partitioning = custom == null ? null : new Partitioning(custom, partitionCount);
    table.use(
        (Function<Object, Object>) given.function(given.spec().getCreateCombiner()),
        (Function2<Object, Object, Object>) given.function(given.spec().getMergeValue()));
    writing = -1;
    flushed = false;
    bytesAnEntry = 0;
  }

  @Override
  public void accept(Object record) throws Exception {
    table.accept(record);
  }

  @Override
  Step ready(Runnable wake) {
    if (writing < 0 && !fits()) {
      writing = 0;
    }
    return writing < 0 ? Step.DONE : write(wake);
  }

  /** Asks for the memory that the table took since the last page. */
  private boolean fits() {
    int size = table.size();
    if (size == 0) {
      return true;
    }
    if (bytesAnEntry == 0) {
      bytesAnEntry = RecordSizes.estimateBytes(new Tuple2<>(table.key(0), table.combiner(0)));
    }
    long more = size * bytesAnEntry - reservedBytes;
    MemoryAccountant memory = context.environment().memory();
    if (more > 0 && !memory.tryReserve(Use.SHUFFLE, more)) {
      return false;
    }
    reservedBytes += Math.max(0, more);
    return true;
  }

  /** Writes the next entries; DONE when the table is written and empty. */
  private Step write(Runnable wake) {
    int until = Math.min(table.size(), writing + PAIRS_A_STEP);
    for (int i = writing; i < until; i++) {
      table.write(i, place(i), output);
    }
    recordCount += until - writing;
    writing = until;
    if (!output.send(wake)) {
      return Step.WAIT;
    }
    if (writing < table.size()) {
      return Step.MORE;
    }
    table.clear();
    writing = -1;
    release();
    return Step.DONE;
  }

  private int place(int entry) {
    return partitioning == null
        ? Math.floorMod(table.hash(entry), partitionCount)
        : partitioning.partition(table.key(entry));
  }

  private void release() {
    context.environment().memory().release(Use.SHUFFLE, reservedBytes);
    reservedBytes = 0;
  }

  @Override
  Step finish(Runnable wake) {
    if (!flushed) {
      writing = Math.max(0, writing);
      Step written = write(wake);
      if (written != Step.DONE) {
        return written;
      }
      output.flush();
      flushed = true;
    }
    if (!output.send(wake)) {
      return Step.WAIT;
    }
    output.end();
    return Step.DONE;
  }

  @Override
  long shuffleBytes() {
    return output == null ? 0 : output.bytesOut();
  }

  @Override
  long genericBytes() {
    return output == null ? 0 : output.genericBytes();
  }

  @Override
  void end() {
    if (context != null) {
      release();
    }
    // Only what a task left that did not end: clearing an empty table makes it small.
    if (table.size() > 0) {
      table.clear();
    }
    context = null;
    output = null;
    partitioning = null;
  }
}
