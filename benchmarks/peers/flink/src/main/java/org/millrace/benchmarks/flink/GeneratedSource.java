package org.millrace.benchmarks.flink;

import java.io.Serializable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.millrace.benchmarks.workload.RecordReader;

/**
 * Records of {@link Inputs}, dealt to the readers in turn, some at each call. Readers need no
 * splits; a job that restarts would begin again, so jobs do not restart.
 *
 * @param <T> what a record is made into
 */
final class GeneratedSource<T> implements Source<T, GeneratedSource.NoSplit, Integer> {
  private static final long serialVersionUID = 1L;
  private static final int AT_A_CALL = 64;
  private static final long PAUSE_NANOS = 50_000;

  private final Maker<T> maker;

  GeneratedSource(Maker<T> maker) {
    this.maker = maker;
  }

  /** Makes elements of the stream. */
  interface Maker<T> extends Serializable {
    /**
     * An element.
     *
     * @param record its number in the input; negative in a fill
     * @param dueNanos when it is due by schedule; 0 without one
     */
    T make(String line, long record, long dueNanos);
  }

  /** There are none. */
  static final class NoSplit implements SourceSplit {
    @Override
    public String splitId() {
      return "none";
    }
  }

  @Override
  public Boundedness getBoundedness() {
    return Inputs.current().end() == Inputs.End.FINISH
        ? Boundedness.BOUNDED
        : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<T, NoSplit> createReader(SourceReaderContext context) {
    return new Reader<>(maker, context.getIndexOfSubtask(), context.currentParallelism());
  }

  @Override
  public SplitEnumerator<NoSplit, Integer> createEnumerator(
      SplitEnumeratorContext<NoSplit> context) {
    return new NoEnumerator();
  }

  @Override
  public SplitEnumerator<NoSplit, Integer> restoreEnumerator(
      SplitEnumeratorContext<NoSplit> context, Integer checkpoint) {
    return new NoEnumerator();
  }

  @Override
  public SimpleVersionedSerializer<NoSplit> getSplitSerializer() {
    return new Nothing<>(new NoSplit());
  }

  @Override
  public SimpleVersionedSerializer<Integer> getEnumeratorCheckpointSerializer() {
    return new Nothing<>(0);
  }

  private static final class Reader<T> implements SourceReader<T, NoSplit> {
    private final Inputs inputs = Inputs.current();
    private final Maker<T> maker;
    private final int index;
    private final int step;
    private final long records;
    private final RecordReader lines;
    private long emitted;

    Reader(Maker<T> maker, int index, int step) {
      this.maker = maker;
      this.index = index;
      this.step = step;
      this.records = inputs.records();
      this.lines = inputs.pool().endless(index, step);
      this.emitted = -fill();
    }

    /** Its share of the keys. */
    private long fill() {
      return (long) (inputs.fill() / step) + (index < inputs.fill() % step ? 1 : 0);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) {
      boolean isScheduled = inputs.isScheduled();
      int left = AT_A_CALL;
      while (left > 0) {
        long record = lines.position();
        if (record >= records) {
          inputs.emitted(index, emitted);
          return inputs.end() == Inputs.End.FINISH
              ? InputStatus.END_OF_INPUT
              : InputStatus.NOTHING_AVAILABLE;
        }
        if (emitted < 0) {
          long key = index - (emitted + 1) * step;
          output.collect(maker.make(String.format("u%07d,0", key), -1, 0));
        } else if (isScheduled) {
          long dueNanos = inputs.dueNanos(record);
          if (dueNanos - System.nanoTime() > 0) {
            if (left == AT_A_CALL) {
              // Not longer: timers and checkpoints run on this thread.
              LockSupport.parkNanos(PAUSE_NANOS);
            }
            break;
          }
          output.collect(maker.make(lines.next(), record, dueNanos));
        } else {
          output.collect(maker.make(lines.next(), record, 0));
        }
        emitted++;
        left--;
      }
      inputs.emitted(index, emitted);
      return InputStatus.MORE_AVAILABLE;
    }

    /** Also asked after MORE_AVAILABLE, when the way on was blocked for a moment. */
    @Override
    public CompletableFuture<Void> isAvailable() {
      return lines.position() < records
          ? CompletableFuture.completedFuture(null)
          : new CompletableFuture<>();
    }

    @Override
    public void start() {}

    @Override
    public List<NoSplit> snapshotState(long checkpointId) {
      return List.of();
    }

    @Override
    public void addSplits(List<NoSplit> splits) {}

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {}
  }

  private static final class NoEnumerator implements SplitEnumerator<NoSplit, Integer> {
    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public void addSplitsBack(List<NoSplit> splits, int subtask) {}

    @Override
    public void addReader(int subtask) {}

    @Override
    public Integer snapshotState(long checkpointId) {
      return 0;
    }

    @Override
    public void close() {}
  }

  /** Of a value that says nothing. */
  private static final class Nothing<E> implements SimpleVersionedSerializer<E> {
    private final E value;

    Nothing(E value) {
      this.value = value;
    }

    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(E ignored) {
      return new byte[0];
    }

    @Override
    public E deserialize(int version, byte[] serialized) {
      return value;
    }
  }
}
