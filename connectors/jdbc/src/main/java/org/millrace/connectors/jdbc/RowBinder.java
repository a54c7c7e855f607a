package org.millrace.connectors.jdbc;

import java.io.Serializable;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Makes a row of a record.
 *
 * @param <T> type of the records
 */
@FunctionalInterface
public interface RowBinder<T> extends Serializable {
  /**
   * Sets the parameters from 1 on, one for each column of {@link JdbcSink.Builder#columns} in its
   * order. Must not execute the statement.
   *
   * @throws SQLException fails the attempt
   */
  void bind(PreparedStatement row, T record) throws SQLException;
}
