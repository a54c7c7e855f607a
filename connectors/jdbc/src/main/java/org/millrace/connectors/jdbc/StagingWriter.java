package org.millrace.connectors.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkAwayException;
import org.millrace.api.sink.SinkWriter;

/**
 * Stages the rows of one attempt in one transaction, which {@link #prepare} ends: an attempt that
 * fails before leaves nothing. Without a record it never connects.
 */
final class StagingWriter<T> implements SinkWriter<T> {
  private static final int ROWS_IN_A_BATCH = 1_000;

  private final Database database;
  private final Tables tables;
  private final RowBinder<T> binder;
  private final SinkAttempt attempt;
  private Connection connection;
  private PreparedStatement insert;
  private long rows;
  private int pending;
  private boolean clean = true;

  StagingWriter(Database database, Tables tables, RowBinder<T> binder, SinkAttempt attempt) {
    this.database = database;
    this.tables = tables;
    this.binder = binder;
    this.attempt = attempt;
  }

  @Override
  public void write(T record) throws SQLException, SinkAwayException {
    if (connection == null) {
      connect();
    }
    binder.bind(insert, record);
    int next = tables.columns().size();
    insert.setString(++next, attempt.output().application());
    insert.setString(++next, attempt.output().outputId());
    insert.setLong(++next, attempt.batchTime().milliseconds());
    insert.setString(++next, attempt.name());
    insert.addBatch();
    rows++;
    if (++pending == ROWS_IN_A_BATCH) {
      flush();
    }
  }

  private void connect() throws SQLException, SinkAwayException {
    try {
      connection = IdleConnections.take(database);
      clean = false;
      insert = connection.prepareStatement(tables.stage());
      insert.setQueryTimeout(database.timeoutSeconds());
    } catch (SQLException e) {
      throw awayOr(e);
    }
  }

  private void flush() throws SQLException, SinkAwayException {
    pending = 0;
    try {
      insert.executeBatch();
    } catch (SQLException e) {
      throw awayOr(withReason(e));
    }
  }

  /** Answers what is of the rows. */
  private SQLException awayOr(SQLException failure) throws SinkAwayException {
    boolean isAway =
        PassingFailures.isKnownToPass(failure)
            || (failure.getCause() instanceof SQLException cause
                && PassingFailures.isKnownToPass(cause));
    if (isAway) {
      throw new SinkAwayException(
          "the rows for %s cannot be staged now: %s: %s (SQL state %s)"
              .formatted(tables.target(), database, failure.getMessage(), failure.getSQLState()),
          failure);
    }
    return failure;
  }

  /** The server's own words stand behind the failure of the batch. */
  private SQLException withReason(SQLException failure) {
    SQLException reason = failure.getNextException() == null ? failure : failure.getNextException();
    return new SQLException(
        "rows for "
            + tables.target()
            + " could not be staged in "
            + tables.staging()
            + " at "
            + database
            + ": "
            + reason.getMessage(),
        reason.getSQLState(),
        failure);
  }

  @Override
  public byte[] prepare() throws SQLException, SinkAwayException {
    if (rows == 0) {
      return new byte[0];
    }
    if (pending > 0) {
      flush();
    }
    try {
      connection.commit(); // this makes the staged rows durable
    } catch (SQLException e) {
      throw awayOr(e);
    }
    clean = true;
    return new StagedRows(attempt.name(), rows).encode();
  }

  @Override
  public void abort() throws SQLException {
    if (!clean && !connection.isClosed()) {
      connection.rollback();
      clean = true;
    }
  }

  @Override
  public void close() throws SQLException {
    Connection open = connection;
    if (open == null) {
      return;
    }
    connection = null;
    if (clean) {
      insert.close();
      IdleConnections.giveBack(database, open);
    } else {
      clean = true;
      open.close();
    }
  }
}
