package org.millrace.am.publish;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.sink.PreparedBatch;
import org.millrace.api.sink.Sink;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.sink.SinkWriter;
import org.millrace.api.streaming.Time;

/** Remembers what its committers are asked for, and answers what the test says. */
final class FakeSink implements Sink<String> {
  private static final long serialVersionUID = 1L;

  /** What happened, in order. */
  final transient List<String> log = new ArrayList<>();

  /** What the next commits end with; DONE when there is no more. */
  final transient Deque<CommitOutcome> outcomes = new ArrayDeque<>();

  RuntimeException thrown;
  Exception notOpened;

  @Override
  public SinkWriter<String> open(SinkAttempt attempt) {
    throw new UnsupportedOperationException("no tasks here");
  }

  @Override
  public SinkCommitter committer(SinkContext context) throws Exception {
    if (notOpened != null) {
      throw notOpened;
    }
    return new Committer();
  }

  private final class Committer implements SinkCommitter {
    @Override
    public CommitOutcome commit(PreparedBatch batch) {
      log.add("commit " + batch.batchTime().milliseconds() + " " + staged(batch));
      if (thrown != null) {
        RuntimeException failure = thrown;
        thrown = null;
        throw failure;
      }
      return outcomes.isEmpty() ? CommitOutcome.done() : outcomes.poll();
    }

    private String staged(PreparedBatch batch) {
      List<String> messages =
          batch.messages().stream().map(m -> new String(m, StandardCharsets.UTF_8)).toList();
      return batch.output().application() + "/e" + batch.output().epoch() + messages;
    }

    @Override
    public void abort(PreparedBatch batch) {
      log.add("abort " + batch.batchTime().milliseconds());
    }

    @Override
    public void cleanUp(Time until) {
      log.add("clean up " + until.milliseconds());
    }

    @Override
    public void close() {
      log.add("close");
    }
  }
}
