package org.millrace.connectors.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Connections that the tasks of a process use one after the other, so that a small batch does not
 * pay for a login. Thread-safe.
 */
final class IdleConnections {
  private static final int MOST_IDLE = 8;
  private static final int VALIDATION_SECONDS = 5;

  private static final Map<Database, Deque<Connection>> IDLE = new ConcurrentHashMap<>();

  private IdleConnections() {}

  /** A connection in which no transaction is open. */
  static Connection take(Database database) throws SQLException {
    if (database.isPooled()) {
      Deque<Connection> idle = of(database);
      for (Connection known = idle.poll(); known != null; known = idle.poll()) {
        if (known.isValid(VALIDATION_SECONDS)) {
          return known;
        }
        known.close();
      }
    }
    return database.connect();
  }

  /** Keeps a connection in which no transaction is open, or closes it. */
  static void giveBack(Database database, Connection connection) throws SQLException {
    if (database.isPooled() && !connection.isClosed() && of(database).size() < MOST_IDLE) {
      of(database).push(connection);
    } else {
      connection.close();
    }
  }

  private static Deque<Connection> of(Database database) {
    return IDLE.computeIfAbsent(database, added -> new ConcurrentLinkedDeque<>());
  }
}
