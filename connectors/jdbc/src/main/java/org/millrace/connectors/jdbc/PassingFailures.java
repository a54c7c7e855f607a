package org.millrace.connectors.jdbc;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Set;

/** Tells failures of the connection or the server from those of the rows. */
final class PassingFailures {
  /**
   * Connection, login, resources, rollback by the server, operators, system, not now, read-only.
   */
  private static final Set<String> STATES = Set.of("08", "28", "53", "40", "57", "58", "55", "25");

  private PassingFailures() {}

  /** Whether it says nothing about the rows: the same may succeed later, or may have succeeded. */
  static boolean isPassing(SQLException failure) {
    String state = failure.getSQLState();
    return state == null || state.length() < 2 || isKnownToPass(failure);
  }

  /** The same, where a failure that does not say what it is may be of the program. */
  static boolean isKnownToPass(SQLException failure) {
    String state = failure.getSQLState();
    return failure instanceof SQLTransientException
        || failure instanceof SQLRecoverableException
        || failure instanceof SQLNonTransientConnectionException
        || (state != null && state.length() >= 2 && STATES.contains(state.substring(0, 2)));
  }
}
