package org.millrace.connectors.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sink.CommitOutcome;
import org.millrace.api.sink.PreparedBatch;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.streaming.Time;

/**
 * Moves the staged rows of the attempts that count into the target, in one transaction with the row
 * that says so. Whoever comes second with a batch, a repeated commit or a driver that was replaced,
 * waits for the first at that row's primary key and then finds it.
 */
final class JdbcCommitter implements SinkCommitter {
  private static final int ATTEMPTS_IN_A_STATEMENT = 500;
  private static final String UNIQUE_VIOLATION = "23505";

  private final Database database;
  private final Tables tables;
  private final SinkContext context;
  private final long keepCommitsMs;

  /** Kept from batch to batch; null before the first and after a failure. */
  private Connection kept;

  JdbcCommitter(Database database, Tables tables, SinkContext context, long keepCommitsMs)
      throws SQLException {
    this.database = database;
    this.tables = tables;
    this.context = context;
    this.keepCommitsMs = keepCommitsMs;
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(true);
      require(connection, tables.target(), tables.probeTarget(), List.of());
      require(connection, tables.staging(), tables.probeStaging(), tables.createStaging());
      require(connection, tables.commits(), tables.probeCommits(), tables.createCommits());
    }
  }

  /** Makes a table that is not there; another driver may be at it too. */
  private void require(Connection connection, String table, String probe, List<String> creation)
      throws SQLException {
    if (refusal(connection, probe) == null) {
      return;
    }
    boolean there = refusal(connection, "SELECT 1 FROM " + table + " WHERE 1 = 0") == null;
    SQLException refused = null;
    if (!there) {
      for (String statement : creation) {
        // The second time it is there, if it is another driver that was in the way.
        refused = refusal(connection, statement) == null ? null : refusal(connection, statement);
        if (refused != null) {
          break;
        }
      }
    }
    SQLException missing = refused == null ? refusal(connection, probe) : refused;
    if (missing != null) {
      throw new MillraceException(
          ErrorCode.SINK_FAILED,
          "the table "
              + table
              + " at "
              + database
              + (there ? " lacks a column: " : " is not there and cannot be made: ")
              + missing.getMessage()
              + remedy(table, there),
          missing);
    }
  }

  private String remedy(String table, boolean there) {
    if (table.equals(tables.target())) {
      return "; create it with the columns " + String.join(", ", tables.columns());
    }
    if (there) {
      return "; it was made when the target had other columns: stop the application in order,"
          + " drop this table and start again";
    }
    return "; let the user make tables, or make it as docs/programming-guide.md says";
  }

  /** What the server has against a statement; null for nothing. */
  private SQLException refusal(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(database.timeoutSeconds());
      statement.execute(sql);
      return null;
    } catch (SQLException e) {
      if (PassingFailures.isPassing(e)) {
        throw e;
      }
      return e;
    }
  }

  @Override
  public CommitOutcome commit(PreparedBatch batch) {
    List<StagedRows> staged = batch.messages().stream().map(StagedRows::decode).toList();
    try {
      Connection connection = connection();
      CommitOutcome outcome = commit(connection, batch, staged);
      kept = connection;
      return outcome;
    } catch (SQLException e) {
      return outcome(e);
    }
  }

  /** The connection kept, if any; nobody has it until it is kept again. */
  private Connection connection() throws SQLException {
    Connection connection = kept;
    kept = null;
    return connection != null && !connection.isClosed() ? connection : database.connect();
  }

  private CommitOutcome commit(Connection connection, PreparedBatch batch, List<StagedRows> staged)
      throws SQLException {
    try {
      long rows = staged.stream().mapToLong(StagedRows::rows).sum();
      if (!insertCommit(connection, batch, rows)) {
        connection.rollback();
        return committedBefore(connection, batch);
      }
      long moved = 0;
      for (int from = 0; from < staged.size(); from += ATTEMPTS_IN_A_STATEMENT) {
        List<StagedRows> some =
            staged.subList(from, Math.min(staged.size(), from + ATTEMPTS_IN_A_STATEMENT));
        moved += onAttempts(connection, tables.move(some.size()), batch, some);
      }
      if (moved != rows) {
        connection.rollback();
        return CommitOutcome.failed(
            rows
                + " rows were staged in "
                + tables.staging()
                + " and "
                + moved
                + " are there; somebody removed some, or the batch was committed so long ago that"
                + " this is forgotten",
            null);
      }
      onBatches(connection, tables.discardBatch(), batch.output(), batch.batchTime());
      onBatches(
          connection,
          tables.forgetCommits(),
          batch.output(),
          new Time(batch.batchTime().milliseconds() - keepCommitsMs));
      connection.commit(); // this is the commit
      return CommitOutcome.done();
    } catch (SQLException | RuntimeException e) {
      giveUp(connection, e);
      throw e;
    }
  }

  /** The server rolls back what a lost connection has begun. */
  private static void giveUp(Connection connection, Exception reason) {
    try {
      connection.close();
    } catch (SQLException alsoFailed) {
      reason.addSuppressed(alsoFailed);
    }
  }

  /** False when the batch has its row already. */
  private boolean insertCommit(Connection connection, PreparedBatch batch, long rows)
      throws SQLException {
    try (PreparedStatement insert = prepared(connection, tables.insertCommit())) {
      bind(insert, batch.output(), batch.batchTime());
      insert.setLong(4, batch.output().epoch());
      insert.setLong(5, rows);
      insert.executeUpdate();
      return true;
    } catch (SQLException e) {
      if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  private CommitOutcome committedBefore(Connection connection, PreparedBatch batch)
      throws SQLException {
    try (PreparedStatement find = prepared(connection, tables.findCommit())) {
      bind(find, batch.output(), batch.batchTime());
      boolean found;
      try (ResultSet row = find.executeQuery()) {
        found = row.next();
      }
      connection.rollback();
      return found
          ? CommitOutcome.done()
          : CommitOutcome.unknown(
              "the batch's row in " + tables.commits() + " came and went", null);
    }
  }

  @Override
  public void abort(PreparedBatch batch) throws SQLException {
    List<StagedRows> staged = batch.messages().stream().map(StagedRows::decode).toList();
    Connection connection = connection();
    try {
      for (int from = 0; from < staged.size(); from += ATTEMPTS_IN_A_STATEMENT) {
        List<StagedRows> some =
            staged.subList(from, Math.min(staged.size(), from + ATTEMPTS_IN_A_STATEMENT));
        onAttempts(connection, tables.discardAttempts(some.size()), batch, some);
      }
      connection.commit();
    } catch (SQLException e) {
      giveUp(connection, e);
      throw e;
    }
    kept = connection;
  }

  @Override
  public void cleanUp(Time until) throws SQLException {
    Connection connection = connection();
    try {
      onBatches(connection, tables.discardUntil(), context, until);
      connection.commit();
    } catch (SQLException e) {
      giveUp(connection, e);
      throw e;
    }
    kept = connection;
  }

  @Override
  public void close() throws SQLException {
    Connection connection = kept;
    kept = null;
    if (connection != null) {
      connection.close();
    }
  }

  private long onAttempts(
      Connection connection, String sql, PreparedBatch batch, List<StagedRows> attempts)
      throws SQLException {
    try (PreparedStatement statement = prepared(connection, sql)) {
      bind(statement, batch.output(), batch.batchTime());
      int next = 3;
      for (StagedRows attempt : attempts) {
        statement.setString(++next, attempt.attempt());
      }
      return statement.executeLargeUpdate();
    }
  }

  private void onBatches(Connection connection, String sql, SinkContext output, Time time)
      throws SQLException {
    try (PreparedStatement statement = prepared(connection, sql)) {
      bind(statement, output, time);
      statement.executeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, SinkContext output, Time time)
      throws SQLException {
    statement.setString(1, output.application());
    statement.setString(2, output.outputId());
    statement.setLong(3, time.milliseconds());
  }

  private PreparedStatement prepared(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setQueryTimeout(database.timeoutSeconds());
    return statement;
  }

  private CommitOutcome outcome(SQLException failure) {
    String what = database + ": " + failure.getMessage();
    return PassingFailures.isPassing(failure)
        ? CommitOutcome.unknown(what, failure)
        : CommitOutcome.failed(
            tables.target() + " at " + what + " (SQL state " + failure.getSQLState() + ")",
            failure);
  }
}
