package org.millrace.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.sink.PreparedBatch;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.sink.SinkWriter;
import org.millrace.api.streaming.Time;

/** What the engine asks of a sink, on a real PostgreSQL; each test with tables of its own. */
@ExtendWith(PostgresExtension.class)
class JdbcSinkTest {
  private static final AtomicInteger TABLES = new AtomicInteger();
  private static final CommitOutcome.Kind DONE = CommitOutcome.Kind.DONE;
  private static final CommitOutcome.Kind FAILED = CommitOutcome.Kind.FAILED;
  private static final CommitOutcome.Kind UNKNOWN = CommitOutcome.Kind.UNKNOWN;

  private final PostgresServer server;
  private final String table = "numbers_" + TABLES.incrementAndGet();
  private final String staging = "millrace_staged_" + table;
  private final SinkContext first = new SinkContext("application_1", table, 1);
  private final SinkContext second = new SinkContext("application_1", table, 2);
  private final JdbcSink<Integer> sink;

  JdbcSinkTest(PostgresServer server) {
    this.server = server;
    this.sink = builder(server.url()).build();
  }

  @BeforeEach
  void makeTarget() throws SQLException {
    server.execute("CREATE TABLE " + table + " (n INTEGER NOT NULL CHECK (n >= 0), twice INTEGER)");
  }

  private JdbcSink.Builder<Integer> builder(String url) {
    return JdbcSink.<Integer>into(table)
        .url(url)
        .property("user", "postgres")
        .property("password", PostgresServer.PASSWORD)
        .columns("n", "twice")
        .row(
            (row, n) -> {
              row.setInt(1, n);
              row.setInt(2, 2 * n);
            })
        .timeout(Duration.ofMinutes(2));
  }

  @Test
  void showsABatchWhenItIsCommittedAndNotBefore() throws Exception {
    SinkCommitter committer = sink.committer(first);
    byte[] left = prepared(first, 1_000, 0, 1, 1, 2);
    byte[] right = prepared(first, 1_000, 1, 1, 3);
    assertThat(target()).isEmpty();

    assertThat(committer.commit(batch(first, 1_000, left, right)).kind()).isEqualTo(DONE);

    assertThat(target()).containsExactly("1,2", "2,4", "3,6");
    assertThat(staged()).isZero();
    assertThat(commits()).containsExactly("application_1,1000,1,3");
    committer.close();
  }

  @Test
  void anAttemptThatFailsInTheMiddleLeavesNothing() throws Exception {
    SinkCommitter committer = sink.committer(first);
    SinkWriter<Integer> failing = sink.open(attempt(first, 1_000, 0, 1));
    for (int n = 0; n < 2_500; n++) {
      failing.write(n);
    }
    failing.abort();
    failing.close();
    assertThat(staged()).isZero();

    byte[] again = prepared(first, 1_000, 0, 2, 7);
    assertThat(committer.commit(batch(first, 1_000, again)).kind()).isEqualTo(DONE);
    assertThat(target()).containsExactly("7,14");
    committer.close();
  }

  @Test
  void anAttemptWithoutRecordsStagesNothing() throws Exception {
    SinkCommitter committer = sink.committer(first);
    assertThat(prepared(first, 1_000, 0, 1)).isEmpty();
    committer.close();
  }

  @Test
  void ofTwoAttemptsAtAPartitionTheOneThatTheRecordNamesCounts() throws Exception {
    SinkCommitter committer = sink.committer(first);
    byte[] slow = prepared(first, 1_000, 0, 1, 1, 2);
    byte[] fast = prepared(first, 1_000, 0, 2, 1, 2);
    assertThat(slow).isNotEqualTo(fast);

    assertThat(committer.commit(batch(first, 1_000, fast)).kind()).isEqualTo(DONE);

    assertThat(target()).containsExactly("1,2", "2,4");
    assertThat(staged()).isZero();
    committer.close();
  }

  @Test
  void aRepeatedCommitFindsTheFirst() throws Exception {
    SinkCommitter committer = sink.committer(first);
    PreparedBatch batch = batch(first, 1_000, prepared(first, 1_000, 0, 1, 5));
    assertThat(committer.commit(batch).kind()).isEqualTo(DONE);
    assertThat(committer.commit(batch).kind()).isEqualTo(DONE);
    assertThat(sink.committer(second).commit(batch).kind()).isEqualTo(DONE);

    assertThat(target()).containsExactly("5,10");
    committer.close();
  }

  @Test
  void anAnswerThatIsLostIsUnknownAndThenDone() throws Exception {
    try (LossyProxy proxy = new LossyProxy(server.port())) {
      JdbcSink<Integer> behind = builder(PostgresServer.urlAt(proxy.port())).build();
      SinkCommitter committer = behind.committer(first);
      PreparedBatch batch = batch(first, 1_000, prepared(first, 1_000, 0, 1, 5));
      proxy.loseAnswers(1);

      CommitOutcome lost = committer.commit(batch);
      assertThat(lost.kind()).isEqualTo(UNKNOWN);
      assertThat(lost.reason()).doesNotContain(PostgresServer.PASSWORD);
      assertThat(proxy.lost()).isEqualTo(1);
      assertThat(target()).containsExactly("5,10");
      assertThat(committer.commit(batch).kind()).isEqualTo(DONE);

      assertThat(target()).containsExactly("5,10");
      committer.close();
    }
  }

  @Test
  void aConnectionThatTheServerEndsIsUnknownAndThenDone() throws Exception {
    SinkCommitter committer = sink.committer(first);
    PreparedBatch one = batch(first, 1_000, prepared(first, 1_000, 0, 1, 1));
    PreparedBatch two = batch(first, 2_000, prepared(first, 2_000, 0, 1, 2));
    assertThat(committer.commit(one).kind()).isEqualTo(DONE);
    server.endConnections();

    assertThat(committer.commit(two).kind()).isEqualTo(UNKNOWN);
    assertThat(target()).containsExactly("1,2");
    assertThat(committer.commit(two).kind()).isEqualTo(DONE);

    assertThat(target()).containsExactly("1,2", "2,4");
    committer.close();
  }

  @Test
  void aDriverThatComesAfterACrashBetweenTwoSinksPublishesTheOtherOne() throws Exception {
    server.execute("CREATE TABLE other_" + table + " (n INTEGER)");
    JdbcSink<Integer> other =
        JdbcSink.<Integer>into("other_" + table)
            .url(server.url())
            .property("user", "postgres")
            .property("password", PostgresServer.PASSWORD)
            .columns("n")
            .row((row, n) -> row.setInt(1, n))
            .build();
    SinkContext otherFirst = new SinkContext("application_1", "other_" + table, 1);
    SinkCommitter crashed = sink.committer(first);
    other.committer(otherFirst).close();
    PreparedBatch here = batch(first, 1_000, prepared(first, 1_000, 0, 1, 1));
    PreparedBatch there = batch(otherFirst, 1_000, prepared(other, otherFirst, 1_000, 0, 1, 1));
    assertThat(crashed.commit(here).kind()).isEqualTo(DONE);
    crashed.close();

    SinkCommitter next = sink.committer(second);
    SinkCommitter nextOther =
        other.committer(new SinkContext("application_1", "other_" + table, 2));
    assertThat(next.commit(here).kind()).isEqualTo(DONE);
    assertThat(nextOther.commit(there).kind()).isEqualTo(DONE);

    assertThat(target()).containsExactly("1,2");
    assertThat(server.query("SELECT n FROM other_" + table)).containsExactly("1");
    next.close();
    nextOther.close();
  }

  @Test
  void aDriverThatWasReplacedCanOnlyRepeatWhatWasDecided() throws Exception {
    SinkCommitter replaced = sink.committer(first);
    PreparedBatch decided = batch(first, 1_000, prepared(first, 1_000, 0, 1, 1));
    // Cut and run by the old driver, never decided: its successor runs it again.
    prepared(first, 2_000, 0, 1, 2);
    SinkCommitter successor = sink.committer(second);
    assertThat(successor.commit(decided).kind()).isEqualTo(DONE);
    PreparedBatch again = batch(second, 2_000, prepared(second, 2_000, 0, 1, 2));
    assertThat(successor.commit(again).kind()).isEqualTo(DONE);

    assertThat(replaced.commit(decided).kind()).isEqualTo(DONE);

    assertThat(target()).containsExactly("1,2", "2,4");
    assertThat(staged()).isZero();
    assertThat(commits()).containsExactly("application_1,1000,1,1", "application_1,2000,2,1");
    replaced.close();
    successor.close();
  }

  @Test
  void ofTwoDriversAtOnceOneCommitsAndTheOtherFindsIt() throws Exception {
    SinkCommitter replaced = sink.committer(first);
    SinkCommitter successor = sink.committer(second);
    for (int i = 1; i <= 20; i++) {
      PreparedBatch batch = batch(first, 1_000L * i, prepared(first, 1_000L * i, 0, 1, i));
      CompletableFuture<CommitOutcome> late =
          CompletableFuture.supplyAsync(() -> committed(replaced, batch));
      assertThat(successor.commit(batch).kind()).isEqualTo(DONE);
      assertThat(late.get(2, TimeUnit.MINUTES).kind()).isEqualTo(DONE);
    }
    assertThat(target()).hasSize(20).doesNotHaveDuplicates();
    replaced.close();
    successor.close();
  }

  @Test
  void aCommitWaitsForTheOneBeforeItToEnd() throws Exception {
    SinkCommitter committer = sink.committer(first);
    PreparedBatch batch = batch(first, 1_000, prepared(first, 1_000, 0, 1, 1));
    try (Connection before = commitThatHangs()) {
      CompletableFuture<CommitOutcome> waiting =
          CompletableFuture.supplyAsync(() -> committed(committer, batch));
      awaitOneThatWaitsForALock();
      assertThat(waiting).isNotDone();
      before.rollback();
      assertThat(waiting.get(2, TimeUnit.MINUTES).kind()).isEqualTo(DONE);
    }
    assertThat(target()).containsExactly("1,2");
    committer.close();
  }

  @Test
  void aCommitThatWaitsTooLongForTheOneBeforeItIsUnknownAndThenDone() throws Exception {
    SinkCommitter patient = sink.committer(first);
    SinkCommitter impatient =
        builder(server.url()).timeout(Duration.ofSeconds(3)).build().committer(first);
    PreparedBatch batch = batch(first, 1_000, prepared(first, 1_000, 0, 1, 1));
    try (Connection before = commitThatHangs()) {
      assertThat(impatient.commit(batch).kind()).isEqualTo(UNKNOWN);
      before.rollback();
    }
    assertThat(patient.commit(batch).kind()).isEqualTo(DONE);
    assertThat(target()).containsExactly("1,2");
    impatient.close();
    patient.close();
  }

  /** A transaction that has the row of the first batch, and is not decided. */
  private Connection commitThatHangs() throws SQLException {
    Connection hanging = server.connect();
    try (Statement statement = hanging.createStatement()) {
      hanging.setAutoCommit(false);
      statement.execute(
          "INSERT INTO millrace_commits (application, output_id, batch_time, epoch, row_count)"
              + " VALUES ('application_1', '"
              + table
              + "', 1000, 1, 1)");
      return hanging;
    } catch (SQLException e) {
      hanging.close();
      throw e;
    }
  }

  private void awaitOneThatWaitsForALock() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    List<String> waiting;
    do {
      waiting = server.query("SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    } while (waiting.isEmpty() && System.nanoTime() - deadline < 0);
    assertThat(waiting).singleElement().asString().contains("millrace_commits");
  }

  @Test
  void removesWhatAttemptsOfAnyEpochStagedLate() throws Exception {
    SinkCommitter committer = sink.committer(second);
    PreparedBatch batch = batch(second, 2_000, prepared(second, 2_000, 0, 1, 1));
    assertThat(committer.commit(batch).kind()).isEqualTo(DONE);
    prepared(first, 1_000, 0, 1, 8);
    prepared(second, 2_000, 0, 2, 9);
    byte[] next = prepared(second, 3_000, 0, 1, 2);
    assertThat(staged()).isEqualTo(3);

    committer.cleanUp(new Time(2_000));

    assertThat(staged()).isEqualTo(1);
    assertThat(committer.commit(batch(second, 3_000, next)).kind()).isEqualTo(DONE);
    assertThat(target()).containsExactly("1,2", "2,4");
    committer.close();
  }

  @Test
  void anAbortRemovesWhatWasPrepared() throws Exception {
    SinkCommitter committer = sink.committer(first);
    byte[] message = prepared(first, 1_000, 0, 1, 1);
    byte[] kept = prepared(first, 1_000, 0, 2, 1);
    committer.abort(batch(first, 1_000, message));
    assertThat(staged()).isEqualTo(1);

    committer.commit(batch(first, 1_000, kept));
    assertThat(target()).containsExactly("1,2");
    committer.close();
  }

  @Test
  void keepsApplicationsApartThatUseTheSameNamesAndTimes() throws Exception {
    SinkContext other = new SinkContext("application_2", table, 1);
    SinkCommitter one = sink.committer(first);
    SinkCommitter two = sink.committer(other);
    PreparedBatch ofOne = batch(first, 1_000, prepared(first, 1_000, 0, 1, 1));
    PreparedBatch ofTwo = batch(other, 1_000, prepared(other, 1_000, 0, 1, 2));

    assertThat(one.commit(ofOne).kind()).isEqualTo(DONE);
    one.cleanUp(new Time(9_000));
    assertThat(two.commit(ofTwo).kind()).isEqualTo(DONE);

    assertThat(target()).containsExactly("1,2", "2,4");
    one.close();
    two.close();
  }

  @Test
  void failsWhenStagedRowsAreGone() throws Exception {
    SinkCommitter committer = sink.committer(first);
    PreparedBatch batch = batch(first, 1_000, prepared(first, 1_000, 0, 1, 1, 2));
    server.execute("DELETE FROM " + staging + " WHERE n = 2");

    CommitOutcome outcome = committer.commit(batch);

    assertThat(outcome.kind()).isEqualTo(FAILED);
    assertThat(outcome.reason()).contains("2 rows were staged in " + staging + " and 1 are there");
    assertThat(target()).isEmpty();
    assertThat(commits()).isEmpty();
    committer.close();
  }

  @Test
  void failsWithTheServersReasonAndNothingOfTheBatchWhenTheTableRefusesARow() throws Exception {
    SinkCommitter committer = sink.committer(first);
    PreparedBatch batch = batch(first, 1_000, prepared(first, 1_000, 0, 1, 1, -1));

    CommitOutcome outcome = committer.commit(batch);

    assertThat(outcome.kind()).isEqualTo(FAILED);
    assertThat(outcome.reason()).contains("check constraint").contains("23514");
    assertThat(target()).isEmpty();
    assertThat(staged()).isEqualTo(2);

    server.execute("ALTER TABLE " + table + " DROP CONSTRAINT " + table + "_n_check");
    assertThat(committer.commit(batch).kind()).isEqualTo(DONE);
    assertThat(target()).containsExactly("-1,-2", "1,2");
    committer.close();
  }

  @Test
  void replacesRowsWithTheSameKey() throws Exception {
    server.execute("CREATE UNIQUE INDEX ON " + table + " (n)");
    JdbcSink<Integer> doubling =
        builder(server.url())
            .row(
                (row, n) -> {
                  row.setInt(1, n % 10);
                  row.setInt(2, n);
                })
            .upsertOn("n")
            .build();
    SinkCommitter committer = doubling.committer(first);
    byte[] one = prepared(doubling, first, 1_000, 0, 1, 11, 12);
    assertThat(committer.commit(batch(first, 1_000, one)).kind()).isEqualTo(DONE);
    byte[] two = prepared(doubling, first, 2_000, 0, 1, 22, 23);
    assertThat(committer.commit(batch(first, 2_000, two)).kind()).isEqualTo(DONE);

    assertThat(target()).containsExactly("1,11", "2,22", "3,23");
    committer.close();
  }

  @Test
  void aBatchOfManyPartitionsIsOneCommit() throws Exception {
    SinkCommitter committer = sink.committer(first);
    List<byte[]> messages = new ArrayList<>();
    for (int partition = 0; partition < 600; partition++) {
      messages.add(prepared(first, 1_000, partition, 1, partition));
    }
    assertThat(committer.commit(batch(first, 1_000, messages.toArray(new byte[0][]))).kind())
        .isEqualTo(DONE);
    assertThat(target()).hasSize(600);
    assertThat(commits()).containsExactly("application_1,1000,1,600");
    committer.close();
  }

  @Test
  void forgetsCommitsAfterAWhile() throws Exception {
    SinkCommitter committer =
        builder(server.url()).keepCommits(Duration.ofSeconds(5)).build().committer(first);
    for (int i = 1; i <= 10; i++) {
      byte[] message = prepared(first, 1_000L * i, 0, 1, i);
      assertThat(committer.commit(batch(first, 1_000L * i, message)).kind()).isEqualTo(DONE);
    }
    assertThat(commits()).hasSize(6).startsWith("application_1,5000,1,1");
    // Whoever repeats a forgotten one finds nothing staged.
    byte[] forgotten = new StagedRows("e1-p00000-a1", 1).encode();
    assertThat(committer.commit(batch(first, 1_000, forgotten)).kind()).isEqualTo(FAILED);
    assertThat(target()).hasSize(10);
    committer.close();
  }

  @Test
  void twoDriversMayMakeTheTablesAtOnce() throws Exception {
    List<CompletableFuture<Void>> opening = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      opening.add(CompletableFuture.runAsync(() -> opened(first)));
    }
    for (CompletableFuture<Void> one : opening) {
      one.get(2, TimeUnit.MINUTES);
    }
  }

  @Test
  void saysWhatIsWrongWithTables() throws Exception {
    server.execute("CREATE TABLE " + staging + " (n INTEGER)");
    assertThatThrownBy(() -> sink.committer(first))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SINK_FAILED))
        .hasMessageContaining(staging)
        .hasMessageContaining("drop this table and start again");

    server.execute("DROP TABLE " + table);
    assertThatThrownBy(() -> sink.committer(first))
        .hasMessageContaining("the table " + table + " at jdbc:postgresql://127.0.0.1:")
        .hasMessageContaining("create it with the columns n, twice");
  }

  @Test
  void tellsNoSecrets() {
    String url = server.url().replace("//", "//somebody@") + "?password=in-the-address";
    JdbcSink<Integer> secret = builder(url).property("password", "wrong-secret").build();
    assertThat(secret.toString()).contains("jdbc:postgresql://127.0.0.1").doesNotContain("secret");
    assertThat(secret.toString()).doesNotContain("somebody").doesNotContain("in-the-address");
    assertThatThrownBy(
            () ->
                builder(server.url()).property("password", "wrong-secret").build().committer(first))
        .isInstanceOf(SQLException.class)
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void refusesWhatIsIncomplete() {
    assertThatThrownBy(() -> JdbcSink.into("a; DROP TABLE b"))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE))
        .hasMessageContaining("no plain name of a table");
    assertThatThrownBy(() -> JdbcSink.into("a").build())
        .hasMessageContaining("give either url or connections");
    assertThatThrownBy(() -> builder("jdbc:x:").connections(server::connect).build())
        .hasMessageContaining("give either url or connections");
    assertThatThrownBy(() -> builder("jdbc:x:").upsertOn("other").build())
        .hasMessageContaining("upsertOn");
  }

  // ---- what the engine would do

  private byte[] prepared(
      SinkContext context, long timeMs, int partition, long attempt, Integer... records)
      throws Exception {
    return prepared(sink, context, timeMs, partition, attempt, records);
  }

  private static byte[] prepared(
      JdbcSink<Integer> to,
      SinkContext context,
      long timeMs,
      int partition,
      long attempt,
      Integer... records)
      throws Exception {
    SinkWriter<Integer> writer = to.open(attempt(context, timeMs, partition, attempt));
    for (Integer record : records) {
      writer.write(record);
    }
    byte[] message = writer.prepare();
    writer.close();
    return message;
  }

  private static SinkAttempt attempt(
      SinkContext context, long timeMs, int partition, long attempt) {
    return new SinkAttempt(context, new Time(timeMs), partition, 2_000, attempt);
  }

  private static PreparedBatch batch(SinkContext context, long timeMs, byte[]... messages) {
    return new PreparedBatch(context, new Time(timeMs), List.of(messages));
  }

  private static CommitOutcome committed(SinkCommitter committer, PreparedBatch batch) {
    try {
      return committer.commit(batch);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void opened(SinkContext context) {
    try {
      sink.committer(context).close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> target() throws SQLException {
    return server.query("SELECT n, twice FROM " + table + " ORDER BY n");
  }

  private int staged() throws SQLException {
    return Integer.parseInt(server.query("SELECT count(*) FROM " + staging).get(0));
  }

  private List<String> commits() throws SQLException {
    return server.query(
        "SELECT application, batch_time, epoch, row_count FROM millrace_commits WHERE output_id = '"
            + table
            + "' ORDER BY batch_time");
  }
}
