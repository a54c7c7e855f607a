package org.millrace.am.local.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.Reporter;
import org.apache.hadoop.mapreduce.InputFormat;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.OutputFormat;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Formats that a program brings along, in {@code local[2]}, also when their tasks fail. */
class CustomFormatsTest {
  private static final int SPLITS = 3;
  private static final int RECORDS = 2_000;

  private final BatchContext context =
      new BatchContext(new StreamingConf().setMaster("local[2]").setAppName("custom formats"));

  @BeforeEach
  void forget() {
    Table.ROWS.clear();
    Table.CALLS.clear();
    Table.FAILURES.clear();
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void anInputFormatOfTheNewInterfaceReadsItsOwnSplits() {
    Configuration conf = new Configuration();
    conf.setInt("numbers.each", RECORDS);
    var numbers =
        context.newAPIHadoopRDD(conf, Numbers.class, LongWritable.class, NullWritable.class);

    assertThat(numbers.getNumPartitions()).isEqualTo(SPLITS);
    assertThat(numbers.keys().map(LongWritable::get).collect())
        .as("in the order of the splits, no record used twice")
        .isEqualTo(IntStream.range(0, SPLITS * RECORDS).mapToObj(i -> (long) i).toList());
  }

  @Test
  void anInputFormatOfTheOldInterfaceReadsItsOwnSplits() {
    JobConf conf = new JobConf();
    conf.setInt("numbers.each", 10);

    assertThat(
            context
                .hadoopRDD(conf, OldNumbers.class, LongWritable.class, NullWritable.class)
                .keys()
                .map(LongWritable::get)
                .collect())
        .isEqualTo(IntStream.range(0, SPLITS * 10).mapToObj(i -> (long) i).toList());
  }

  @Test
  void aReaderThatFailsIsTriedAgainFromItsBeginning() {
    Configuration conf = new Configuration();
    conf.setInt("numbers.each", RECORDS);
    conf.setInt("numbers.fail", 1_500);

    assertThat(
            context
                .newAPIHadoopRDD(conf, Numbers.class, LongWritable.class, NullWritable.class)
                .count())
        .isEqualTo(SPLITS * RECORDS);
    assertThat(Table.CALLS).filteredOn(call -> call.startsWith("fail reading")).hasSize(SPLITS);
  }

  @Test
  void anOutputFormatWithoutFilesCommitsEachPartitionOnceThoughAttemptsFail() {
    pairs()
        .mapToPair(CustomFormatsTest::failOnceInEachPartition)
        .saveAsNewAPIHadoopDataset(table());

    assertThat(Table.ROWS.keySet())
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 90).boxed().toList());
    awaitTheEndOfAttempts();
    List<String> aborts =
        List.copyOf(Table.CALLS).stream().filter(call -> call.startsWith("abort task")).toList();
    assertThat(aborts).hasSize(3).doesNotHaveDuplicates();
    List<String> others = new ArrayList<>(Table.CALLS);
    others.removeAll(aborts);
    assertThat(others).hasSize(6).startsWith("check", "set up").endsWith("commit");
    assertThat(others.subList(2, 5)).allMatch(call -> call.startsWith("commit task"));
    assertThat(Table.CALLS).doesNotContain("abort");
  }

  @Test
  void aJobThatFailsForGoodIsAbortedAndCommitsNothing() {
    assertThatThrownBy(
            () ->
                pairs()
                    .mapToPair(
                        pair -> {
                          if (pair._1() == 77) {
                            throw new IllegalStateException("always");
                          }
                          return pair;
                        })
                    .saveAsNewAPIHadoopDataset(table()))
        .isInstanceOfSatisfying(
            MillraceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TASK_FAILED))
        .hasMessageContaining("always");

    awaitTheEndOfAttempts();
    assertThat(Table.CALLS).contains("abort").doesNotContain("commit");
  }

  /** An attempt that failed is given up after it was reported, while another one may run. */
  private static void awaitTheEndOfAttempts() {
    long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!Table.STAGED.isEmpty() && System.nanoTime() - deadlineNanos < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(Table.STAGED).as("%s", Table.CALLS).isEmpty();
  }

  private org.millrace.api.PairRDD<Integer, String> pairs() {
    return context
        .parallelize(IntStream.range(0, 90).boxed().toList(), 3)
        .mapToPair(i -> new Tuple2<>(i, "row " + i));
  }

  private static Configuration table() {
    Configuration conf = new Configuration();
    conf.setClass("mapreduce.job.outputformat.class", Table.class, OutputFormat.class);
    return conf;
  }

  private static Tuple2<Integer, String> failOnceInEachPartition(Tuple2<Integer, String> pair) {
    if (pair._1() % 30 == 20 && Table.FAILURES.putIfAbsent(pair._1(), "failed") == null) {
      throw new IllegalStateException("once");
    }
    return pair;
  }

  /** Numbers from {@code from} on. */
  public static final class Range extends InputSplit
      implements Writable, org.apache.hadoop.mapred.InputSplit {
    private long from;

    /** For Hadoop. */
    public Range() {}

    Range(long from) {
      this.from = from;
    }

    @Override
    public long getLength() {
      return 100;
    }

    @Override
    public String[] getLocations() {
      return new String[] {"somewhere"};
    }

    @Override
    public void write(DataOutput out) throws IOException {
      out.writeLong(from);
    }

    @Override
    public void readFields(DataInput in) throws IOException {
      from = in.readLong();
    }
  }

  /** Splits of numbers; the reader gives the same object again and again. */
  public static final class Numbers extends InputFormat<LongWritable, NullWritable> {
    @Override
    public List<InputSplit> getSplits(JobContext job) {
      int each = job.getConfiguration().getInt("numbers.each", 0);
      return IntStream.range(0, SPLITS)
          .<InputSplit>mapToObj(i -> new Range((long) i * each))
          .toList();
    }

    @Override
    public RecordReader<LongWritable, NullWritable> createRecordReader(
        InputSplit split, TaskAttemptContext task) {
      return new RecordReader<>() {
        private final LongWritable key = new LongWritable();
        private long next;
        private long until;
        private long failAt;

        @Override
        public void initialize(InputSplit range, TaskAttemptContext context) {
          next = ((Range) range).from;
          until = next + context.getConfiguration().getInt("numbers.each", 0);
          int fail = context.getConfiguration().getInt("numbers.fail", 0);
          failAt = fail > 0 ? next + fail : -1;
        }

        @Override
        public boolean nextKeyValue() throws IOException {
          if (next == failAt && Table.FAILURES.putIfAbsent((int) next, "failed") == null) {
            Table.CALLS.add("fail reading " + next);
            throw new IOException("a fault of the reader");
          }
          key.set(next);
          return next++ < until;
        }

        @Override
        public LongWritable getCurrentKey() {
          return key;
        }

        @Override
        public NullWritable getCurrentValue() {
          return NullWritable.get();
        }

        @Override
        public float getProgress() {
          return 0;
        }

        @Override
        public void close() {}
      };
    }
  }

  /** The same with the old interface. */
  public static final class OldNumbers
      implements org.apache.hadoop.mapred.InputFormat<LongWritable, NullWritable> {
    @Override
    public org.apache.hadoop.mapred.InputSplit[] getSplits(JobConf conf, int numSplits) {
      return IntStream.range(0, SPLITS)
          .mapToObj(i -> new Range((long) i * conf.getInt("numbers.each", 0)))
          .toArray(Range[]::new);
    }

    @Override
    public org.apache.hadoop.mapred.RecordReader<LongWritable, NullWritable> getRecordReader(
        org.apache.hadoop.mapred.InputSplit split, JobConf conf, Reporter reporter) {
      return new org.apache.hadoop.mapred.RecordReader<>() {
        private long next = ((Range) split).from;
        private final long until = next + conf.getInt("numbers.each", 0);

        @Override
        public boolean next(LongWritable key, NullWritable value) {
          key.set(next);
          return next++ < until;
        }

        @Override
        public LongWritable createKey() {
          return new LongWritable();
        }

        @Override
        public NullWritable createValue() {
          return NullWritable.get();
        }

        @Override
        public long getPos() {
          return next;
        }

        @Override
        public float getProgress() {
          return 0;
        }

        @Override
        public void close() {}
      };
    }
  }

  /** Rows of a table in memory, in place of a database: a task's rows appear when it commits. */
  public static final class Table extends OutputFormat<Integer, String> {
    static final Map<Integer, String> ROWS = new ConcurrentHashMap<>();
    static final Map<Integer, String> FAILURES = new ConcurrentHashMap<>();
    static final List<String> CALLS = Collections.synchronizedList(new ArrayList<>());
    private static final Map<String, Map<Integer, String>> STAGED = new ConcurrentHashMap<>();

    @Override
    public RecordWriter<Integer, String> getRecordWriter(TaskAttemptContext task) {
      Map<Integer, String> staged = new ConcurrentHashMap<>();
      STAGED.put(task.getTaskAttemptID().toString(), staged);
      return new RecordWriter<>() {
        @Override
        public void write(Integer key, String value) {
          staged.put(key, value);
        }

        @Override
        public void close(TaskAttemptContext context) {}
      };
    }

    @Override
    public void checkOutputSpecs(JobContext job) {
      CALLS.add("check");
    }

    @Override
    public OutputCommitter getOutputCommitter(TaskAttemptContext task) {
      return new OutputCommitter() {
        @Override
        public void setupJob(JobContext job) {
          CALLS.add("set up");
        }

        @Override
        public void commitJob(JobContext job) {
          CALLS.add("commit");
        }

        @Override
        public void abortJob(JobContext job, org.apache.hadoop.mapreduce.JobStatus.State state) {
          CALLS.add("abort");
        }

        @Override
        public void setupTask(TaskAttemptContext context) {}

        @Override
        public boolean needsTaskCommit(TaskAttemptContext context) {
          return true;
        }

        @Override
        public void commitTask(TaskAttemptContext context) {
          CALLS.add("commit task " + context.getTaskAttemptID());
          STAGED
              .remove(context.getTaskAttemptID().toString())
              .forEach(
                  (key, row) -> assertThat(ROWS.put(key, row)).as("row %d before", key).isNull());
        }

        @Override
        public void abortTask(TaskAttemptContext context) {
          CALLS.add("abort task " + context.getTaskAttemptID());
          STAGED.remove(context.getTaskAttemptID().toString());
        }
      };
    }
  }
}
