package org.millrace.testkit.sim;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.sink.PreparedBatch;
import org.millrace.api.sink.Sink;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.sink.SinkWriter;
import org.millrace.api.streaming.Time;

/**
 * A sink as strict as a database: rows are staged under the names of attempts, and a batch moves
 * once. Commits that did nothing and commits whose answer is lost come from the seed. What it holds
 * is static, because its copies run in tasks, and outlives all drivers; one simulation runs at a
 * time.
 */
final class Ledger implements Sink<String> {
  private static final long serialVersionUID = 1L;

  /** Rows by batch and attempt. */
  private static final TreeMap<Long, Map<String, List<String>>> STAGED = new TreeMap<>();

  private static final TreeMap<Long, List<String>> COMMITTED = new TreeMap<>();
  private static SplittableRandom random;
  private static int repeated;

  /** Empties the ledger. */
  static void begin(long seed) {
    STAGED.clear();
    COMMITTED.clear();
    repeated = 0;
    random = new SplittableRandom(seed);
  }

  /** The rows of each batch that has some, by its time. */
  static TreeMap<Long, List<String>> committed() {
    return COMMITTED;
  }

  /** How often a batch was committed that was there already. */
  static int repeated() {
    return repeated;
  }

  @Override
  public SinkWriter<String> open(SinkAttempt attempt) {
    return new Writer(attempt);
  }

  @Override
  public SinkCommitter committer(SinkContext context) {
    return new Committer(context);
  }

  private static final class Writer implements SinkWriter<String> {
    private final SinkAttempt attempt;
    private final List<String> rows = new ArrayList<>();

    Writer(SinkAttempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void write(String record) {
      rows.add(record);
    }

    @Override
    public byte[] prepare() {
      if (rows.isEmpty()) {
        return new byte[0];
      }
      Map<String, List<String>> batch =
          STAGED.computeIfAbsent(attempt.batchTime().milliseconds(), time -> new TreeMap<>());
      if (batch.put(attempt.name(), List.copyOf(rows)) != null) {
        throw new AssertionError("two attempts are named " + attempt.name());
      }
      return attempt.name().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void abort() {
      rows.clear();
    }

    @Override
    public void close() {
      rows.clear();
    }
  }

  private static final class Committer implements SinkCommitter {
    private final SinkContext context;

    Committer(SinkContext context) {
      this.context = context;
    }

    @Override
    public CommitOutcome commit(PreparedBatch batch) {
      long time = batch.batchTime().milliseconds();
      if (!batch.output().application().equals(context.application())) {
        return CommitOutcome.failed("another application staged it: " + batch.output(), null);
      }
      if (COMMITTED.containsKey(time)) {
        repeated++;
        return CommitOutcome.done();
      }
      if (random.nextInt(8) == 0) {
        return CommitOutcome.unknown("not now", null);
      }
      if (!COMMITTED.isEmpty() && COMMITTED.lastKey() > time) {
        return CommitOutcome.failed("batch " + COMMITTED.lastKey() + " came before it", null);
      }
      List<String> rows = new ArrayList<>();
      for (byte[] message : batch.messages()) {
        String attempt = new String(message, StandardCharsets.UTF_8);
        List<String> staged = STAGED.getOrDefault(time, Map.of()).get(attempt);
        if (staged == null) {
          return CommitOutcome.failed("nothing is staged by " + attempt, null);
        }
        rows.addAll(staged);
      }
      COMMITTED.put(time, rows);
      return random.nextInt(8) == 0
          ? CommitOutcome.unknown("the answer was lost", null)
          : CommitOutcome.done();
    }

    @Override
    public void abort(PreparedBatch batch) {
      Map<String, List<String>> staged =
          STAGED.getOrDefault(batch.batchTime().milliseconds(), Map.of());
      batch
          .messages()
          .forEach(message -> staged.remove(new String(message, StandardCharsets.UTF_8)));
    }

    @Override
    public void cleanUp(Time until) {
      STAGED.headMap(until.milliseconds(), true).clear();
    }

    @Override
    public void close() {
      // Holds nothing of its own.
    }
  }
}
