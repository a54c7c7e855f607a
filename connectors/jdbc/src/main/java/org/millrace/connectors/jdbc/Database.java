package org.millrace.connectors.jdbc;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.millrace.api.function.Function0;

/** Where the tables are and how to get there. Immutable; travels to executors, is never logged. */
final class Database implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What may hold a secret in an address: its parameters, and a user before the host. */
  private static final Pattern PARAMETERS = Pattern.compile("[?;].*$");

  private static final Pattern USER = Pattern.compile("//[^/@]*@");

  private final String url;
  private final TreeMap<String, String> properties;

  /** Null when there is an address. */
  private final Function0<Connection> connections;

  private final int timeoutSeconds;

  Database(
      String url,
      Map<String, String> properties,
      Function0<Connection> connections,
      int timeoutSeconds) {
    this.url = url;
    this.properties = new TreeMap<>(properties);
    this.connections = connections;
    this.timeoutSeconds = timeoutSeconds;
  }

  int timeoutSeconds() {
    return timeoutSeconds;
  }

  /** Whether two connections to equal databases can stand in for each other. */
  boolean isPooled() {
    return connections == null;
  }

  /** A connection of the caller's own, with transactions, that gives up on a silent server. */
  Connection connect() throws SQLException {
    Connection connection = connections == null ? byAddress() : bySupplier();
    try {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      limitSilence(connection);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
    return connection;
  }

  private Connection byAddress() throws SQLException {
    Properties given = new Properties();
    given.putAll(properties);
    // The driver may be in the program's jar, where DriverManager does not look.
    for (Driver driver : ServiceLoader.load(Driver.class, Database.class.getClassLoader())) {
      if (driver.acceptsURL(url)) {
        Connection connection = driver.connect(url, given);
        if (connection != null) {
          return connection;
        }
      }
    }
    return DriverManager.getConnection(url, given);
  }

  private Connection bySupplier() throws SQLException {
    try {
      return Objects.requireNonNull(connections.call(), "the program gave no connection");
    } catch (SQLException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new SQLException("the program's connections failed: " + e, e);
    }
  }

  private void limitSilence(Connection connection) throws SQLException {
    try {
      // Longer than statements may take: the server answers first if it can.
      connection.setNetworkTimeout(Runnable::run, 2 * 1_000 * timeoutSeconds);
    } catch (SQLFeatureNotSupportedException withoutTimeout) {
      // The limit of each statement holds alone.
      connection.clearWarnings();
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Database that
        && isPooled()
        && that.isPooled()
        && url.equals(that.url)
        && properties.equals(that.properties)
        && timeoutSeconds == that.timeoutSeconds;
  }

  @Override
  public int hashCode() {
    return Objects.hash(url, properties);
  }

  /** Without anything that may be secret. */
  @Override
  public String toString() {
    if (url == null) {
      return "the program's own connections";
    }
    return USER.matcher(PARAMETERS.matcher(url).replaceFirst("")).replaceFirst("//");
  }
}
