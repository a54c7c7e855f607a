package org.millrace.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;

/**
 * Applications that end between the commits of one batch's sinks and go on from their checkpoint.
 */
@ExtendWith(PostgresExtension.class)
class JdbcRestartTest {
  private final PostgresServer server;

  @TempDir Path folder;
  private Path input;
  private StreamingContext context;
  private CountDownLatch batchesWithRecords;

  JdbcRestartTest(PostgresServer server) {
    this.server = server;
  }

  @BeforeEach
  void makeInputAndTables() throws IOException, SQLException {
    input = Files.createDirectory(folder.resolve("in"));
    for (String table : List.of("restart_a", "restart_b")) {
      server.execute("DROP TABLE IF EXISTS " + table + ", millrace_staged_" + table);
      server.execute("CREATE TABLE " + table + " (n INTEGER)");
    }
  }

  @AfterEach
  void stop() {
    if (context != null) {
      context.stop();
    }
  }

  private StreamingContext program() {
    StreamingContext made =
        new StreamingContext(
            new StreamingConf()
                .setMaster("local[2]")
                .setAppName("restart")
                .set("millrace.files.maxPerBatch", "1"),
            Durations.milliseconds(100));
    DStream<Integer> numbers = made.textFileStream(input.toString()).map(Integer::parseInt);
    numbers.writeTo("a", into("restart_a"));
    numbers.writeTo("b", into("restart_b"));
    numbers.foreachRDD(
        rdd -> {
          if (rdd.count() > 0) {
            batchesWithRecords.countDown();
          }
        });
    return made;
  }

  private JdbcSink<Integer> into(String table) {
    return JdbcSink.<Integer>into(table)
        .url(server.url())
        .property("user", "postgres")
        .property("password", PostgresServer.PASSWORD)
        .columns("n")
        .row((row, n) -> row.setInt(1, n))
        .build();
  }

  private void start(int batches) {
    batchesWithRecords = new CountDownLatch(batches);
    context = StreamingContext.getOrCreate(folder.resolve("checkpoint").toString(), this::program);
    context.start();
  }

  @Test
  void theNextDriverPublishesFirstWhatWasDecidedAndIsInOneSinkAlready() throws Exception {
    server.execute("ALTER TABLE restart_b ADD CONSTRAINT small CHECK (n < 20)");
    start(1);
    put("one", 10, 11, 12);
    put("two", 20, 21);
    assertThatThrownBy(() -> context.awaitTerminationOrTimeout(120_000))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SINK_FAILED))
        .hasMessageContaining("output 'b'");
    context.stop();
    assertThat(numbers("restart_a")).containsExactly("10", "11", "12", "20", "21");
    assertThat(numbers("restart_b")).containsExactly("10", "11", "12");

    server.execute("ALTER TABLE restart_b DROP CONSTRAINT small");
    put("three", 30);
    start(1);
    assertThat(batchesWithRecords.await(2, TimeUnit.MINUTES)).isTrue();
    context.stop(true, true);

    assertThat(numbers("restart_a")).containsExactly("10", "11", "12", "20", "21", "30");
    assertThat(numbers("restart_b")).containsExactly("10", "11", "12", "20", "21", "30");
    assertThat(
            server.query(
                "SELECT output_id, count(DISTINCT application), count(*) FROM millrace_commits"
                    + " WHERE output_id IN ('a', 'b') GROUP BY output_id ORDER BY output_id"))
        .containsExactly("a,1,3", "b,1,3");
    assertThat(server.query("SELECT count(*) FROM millrace_staged_restart_b")).containsExactly("0");
  }

  /** A file appears as a whole. */
  private void put(String name, int... numbers) throws IOException {
    List<String> lines = IntStream.of(numbers).mapToObj(Integer::toString).toList();
    Path hidden = Files.write(folder.resolve(name), lines);
    Files.move(hidden, input.resolve(name));
  }

  private List<String> numbers(String table) throws SQLException {
    return server.query("SELECT n FROM " + table + " ORDER BY n");
  }
}
