package org.millrace.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;

/** Whole streams on an engine of two slots, into a real PostgreSQL, while things fail. */
@ExtendWith(PostgresExtension.class)
class JdbcStreamTest {
  private static final int BATCHES = 30;
  private static final int RECORDS = 40;

  /** Failures that have happened, so that each happens once. Of the one JVM that runs all. */
  private static final Set<String> HAPPENED = ConcurrentHashMap.newKeySet();

  private final PostgresServer server;

  JdbcStreamTest(PostgresServer server) {
    this.server = server;
  }

  @Test
  void eachRecordIsInTheTableOnceWhateverFails() throws Exception {
    HAPPENED.clear();
    server.execute("CREATE TABLE once (n INTEGER, batch BIGINT)");
    server.execute("CREATE TABLE sums (residue INTEGER PRIMARY KEY, total BIGINT)");
    CountDownLatch done = new CountDownLatch(BATCHES);
    List<Long> epochs = new ArrayList<>();
    try (LossyProxy proxy = new LossyProxy(server.port())) {
      StreamingContext context = context();
      DStream<Integer> numbers = numbers(context);
      numbers
          .map(
              n -> {
                failOnce(n % 97 == 5, "map " + n);
                return n;
              })
          .writeTo("once", once(proxy.port()));
      numbers
          .mapToPair(n -> new Tuple2<>(n % 7, (long) n))
          .reduceByKey(Long::sum)
          .writeTo("sums", sums(proxy.port()));
      numbers.foreachRDD(
          (rdd, time, epoch) -> {
            epochs.add(epoch);
            long batch = done.getCount();
            if (batch % 7 == 3) {
              proxy.loseAnswers(1);
            } else if (batch % 7 == 6) {
              server.endConnections();
            }
            done.countDown();
          });
      context.start();
      assertThat(done.await(4, TimeUnit.MINUTES)).isTrue();
      context.stop(true, true);
      assertThat(proxy.lost()).isPositive();
    }

    List<String> expected =
        IntStream.range(0, BATCHES * RECORDS).mapToObj(Integer::toString).toList();
    assertThat(server.query("SELECT n FROM once ORDER BY n")).isEqualTo(expected);
    assertThat(server.query("SELECT sum(total) FROM sums"))
        .containsExactly(Long.toString(lastBatchSum()));
    assertThat(server.query("SELECT count(*) FROM millrace_commits WHERE output_id = 'once'"))
        .containsExactly(Integer.toString(BATCHES));
    assertThat(
            server.query(
                "SELECT count(*) FROM millrace_commits WHERE output_id = 'once' AND row_count <> "
                    + RECORDS))
        .containsExactly("0");
    assertThat(HAPPENED).hasSizeGreaterThan(20);
    assertThat(epochs).isNotEmpty().containsOnly(1L);
  }

  @Test
  void aBatchThatFailsAfterItsSinkHadPreparedIsRunAgainAndCountsOnce() throws Exception {
    HAPPENED.clear();
    server.execute("CREATE TABLE again (n INTEGER, batch BIGINT)");
    CountDownLatch done = new CountDownLatch(3);
    StreamingContext context =
        context(
            conf()
                .set("millrace.batch.onFailure", "retry")
                .set("millrace.batch.retryDelay", "10ms"));
    Queue<RDD<Integer>> queue = new ArrayDeque<>();
    for (int batch = 0; batch < 3; batch++) {
      queue.add(context.sparkContext().parallelize(List.of(batch), 1));
    }
    DStream<Integer> numbers = context.queueStream(queue);
    numbers.writeTo("again", into("again", server.port()));
    numbers.foreachRDD(
        (rdd, time) -> {
          failOnce(rdd.collect().contains(1), "behind the sink");
          done.countDown();
        });
    context.start();
    assertThat(done.await(4, TimeUnit.MINUTES)).isTrue();
    context.stop(true, true);

    assertThat(server.query("SELECT n FROM again ORDER BY n")).containsExactly("0", "1", "2");
    assertThat(server.query("SELECT count(*) FROM millrace_staged_again")).containsExactly("0");
  }

  @Test
  void stopsWithTheReasonWhenTheTableRefusesABatch() throws Exception {
    server.execute("CREATE TABLE refusing (n INTEGER PRIMARY KEY, batch BIGINT)");
    server.execute("INSERT INTO refusing VALUES (1, 0)");
    StreamingContext context = context();
    Queue<RDD<Integer>> queue = new ArrayDeque<>();
    queue.add(context.sparkContext().parallelize(List.of(0), 1));
    queue.add(context.sparkContext().parallelize(List.of(1), 1));
    queue.add(context.sparkContext().parallelize(List.of(2), 1));
    context.queueStream(queue).writeTo("refusing", into("refusing", server.port()));
    context.start();

    assertThatThrownBy(() -> context.awaitTerminationOrTimeout(120_000))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SINK_FAILED))
        .hasMessageContaining("output 'refusing'")
        .hasMessageContaining("duplicate key value")
        .hasMessageContaining("publishes it first when it is started again");
    context.stop();

    assertThat(server.query("SELECT n FROM refusing ORDER BY n")).containsExactly("0", "1");
  }

  @Test
  void aDatabaseThatGoesAwayHoldsTheStreamUpUntilItIsBack() throws Exception {
    server.execute("CREATE TABLE holding (n INTEGER, batch BIGINT)");
    CountDownLatch away = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(BATCHES);
    try (LossyProxy proxy = new LossyProxy(server.port())) {
      StreamingContext context = context();
      DStream<Integer> numbers = numbers(context);
      numbers.writeTo("holding", into("holding", proxy.port()));
      numbers.foreachRDD(
          rdd -> {
            if (done.getCount() == BATCHES - 3) {
              proxy.goAway();
              away.countDown();
            }
            done.countDown();
          });
      context.start();
      assertThat(away.await(2, TimeUnit.MINUTES)).isTrue();
      while (proxy.refused() < 10) {
        assertThat(context.awaitTerminationOrTimeout(20)).isFalse();
      }
      proxy.comeBack();
      assertThat(done.await(4, TimeUnit.MINUTES)).isTrue();
      context.stop(true, true);
    }

    assertThat(server.query("SELECT n FROM holding ORDER BY n"))
        .isEqualTo(IntStream.range(0, BATCHES * RECORDS).mapToObj(Integer::toString).toList());
    assertThat(server.query("SELECT count(*) FROM millrace_commits WHERE output_id = 'holding'"))
        .containsExactly(Integer.toString(BATCHES));
  }

  @Test
  void aDatabaseThatIsNotThereIsSaidAtTheStart() throws Exception {
    StreamingContext context = context();
    int nobody;
    try (LossyProxy proxy = new LossyProxy(server.port())) {
      nobody = proxy.port();
    }
    numbers(context).writeTo("away", into("away", nobody));
    assertThatThrownBy(context::start)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SINK_FAILED))
        .hasMessageContaining("writeTo 'away' at JdbcStreamTest.java")
        .hasMessageContaining("refused")
        .hasMessageNotContaining(PostgresServer.PASSWORD);
    context.stop();
  }

  private static StreamingConf conf() {
    return new StreamingConf().setMaster("local[2]").setAppName("jdbc");
  }

  private static StreamingContext context() {
    return context(conf());
  }

  private static StreamingContext context(StreamingConf conf) {
    return new StreamingContext(conf, Durations.milliseconds(100));
  }

  /** All numbers from 0 on, in batches of two partitions. */
  private static DStream<Integer> numbers(StreamingContext context) {
    Queue<RDD<Integer>> queue = new ArrayDeque<>();
    for (int batch = 0; batch < BATCHES; batch++) {
      List<Integer> records =
          IntStream.range(batch * RECORDS, (batch + 1) * RECORDS).boxed().toList();
      queue.add(context.sparkContext().parallelize(records, 2));
    }
    return context.queueStream(queue);
  }

  private static long lastBatchSum() {
    return IntStream.range((BATCHES - 1) * RECORDS, BATCHES * RECORDS).asLongStream().sum();
  }

  private static JdbcSink<Integer> once(int port) {
    return into("once", port);
  }

  private static JdbcSink<Integer> into(String table, int port) {
    return JdbcSink.<Integer>into(table)
        .url(PostgresServer.urlAt(port))
        .property("user", "postgres")
        .property("password", PostgresServer.PASSWORD)
        .columns("n", "batch")
        .row(
            (row, n) -> {
              // In the middle of a partition, when part of its rows may have been sent.
              failOnce(n % 89 == 17, "row " + n);
              row.setInt(1, n);
              row.setLong(2, n / RECORDS);
            })
        .timeout(Duration.ofSeconds(10))
        .build();
  }

  private static JdbcSink<Tuple2<Integer, Long>> sums(int port) {
    return JdbcSink.<Tuple2<Integer, Long>>into("sums")
        .url(PostgresServer.urlAt(port))
        .property("user", "postgres")
        .property("password", PostgresServer.PASSWORD)
        .columns("residue", "total")
        .row(
            (row, sum) -> {
              row.setInt(1, sum._1());
              row.setLong(2, sum._2());
            })
        .upsertOn("residue")
        .timeout(Duration.ofSeconds(10))
        .build();
  }

  private static void failOnce(boolean here, String where) throws SQLException {
    if (here && HAPPENED.add(where)) {
      throw new SQLException("injected: " + where);
    }
  }
}
