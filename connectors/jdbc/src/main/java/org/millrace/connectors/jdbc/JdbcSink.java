package org.millrace.connectors.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function0;
import org.millrace.api.sink.Sink;
import org.millrace.api.sink.SinkAttempt;
import org.millrace.api.sink.SinkCommitter;
import org.millrace.api.sink.SinkContext;
import org.millrace.api.sink.SinkWriter;

/**
 * Writes a stream to a table of a database, each batch in one transaction and exactly once.
 *
 * <p>Tasks insert their rows into a staging table. When the batch is committed, the driver moves
 * the rows of the attempts that count into the table, in one transaction that also inserts the
 * batch's own row into a table of commits; that row is how a repeated commit finds out that it was
 * there before. Both tables are made in the schema of the target if they are not there. Tested with
 * PostgreSQL; the statements are plain SQL, apart from those that make the tables and {@link
 * Builder#upsertOn}.
 *
 * <p>The JDBC driver must be on the class path of the program or in its jar.
 *
 * @param <T> type of the records
 */
public final class JdbcSink<T> implements Sink<T> {
  private static final long serialVersionUID = 1L;

  private final Database database;
  private final Tables tables;
  private final RowBinder<T> binder;
  private final long keepCommitsMs;

  private JdbcSink(Database database, Tables tables, RowBinder<T> binder, long keepCommitsMs) {
    this.database = database;
    this.tables = tables;
    this.binder = binder;
    this.keepCommitsMs = keepCommitsMs;
  }

  /**
   * A sink into a table that exists.
   *
   * @param table its name as in a statement, with the schema if it is not the default one
   */
  public static <T> Builder<T> into(String table) {
    return new Builder<>(table);
  }

  @Override
  public SinkWriter<T> open(SinkAttempt attempt) {
    return new StagingWriter<>(database, tables, binder, attempt);
  }

  @Override
  public SinkCommitter committer(SinkContext context) throws SQLException {
    return new JdbcCommitter(database, tables, context, keepCommitsMs);
  }

  /** The table and the database, without anything secret. */
  @Override
  public String toString() {
    return "JdbcSink(" + tables.target() + " at " + database + ")";
  }

  /**
   * Says where rows go and how a record becomes one. Not thread-safe.
   *
   * @param <T> type of the records
   */
  public static final class Builder<T> {
    private static final Pattern NAME =
        Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)*[A-Za-z_][A-Za-z0-9_]*");

    /** PostgreSQL cuts names after 63 characters; the index of the staging table adds six. */
    private static final int LONGEST_NAME = 57;

    private final String table;
    private final Map<String, String> properties = new HashMap<>();
    private final List<String> columns = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private String url;
    private Function0<Connection> connections;
    private RowBinder<T> binder;
    private String staging;
    private String commits;
    private Duration timeout = Duration.ofSeconds(30);
    private Duration keepCommits = Duration.ofDays(7);

    private Builder(String table) {
      this.table = named("table", table);
    }

    /** The database's address: {@code jdbc:postgresql://host/name}. */
    public Builder<T> url(String address) {
      url = Objects.requireNonNull(address, "url");
      return this;
    }

    /**
     * A property of the connection, such as {@code user} or {@code password}. It travels to the
     * executors with the sink and is written to no log and no durable file.
     */
    public Builder<T> property(String name, String value) {
      properties.put(name, value);
      return this;
    }

    /**
     * Takes connections from the program instead of by address: from a pool, or with a secret that
     * each process reads for itself. Called in the driver and on executors; each connection is
     * closed after use.
     */
    public Builder<T> connections(Function0<Connection> supplier) {
      connections = Objects.requireNonNull(supplier, "connections");
      return this;
    }

    /** The columns of a row, in the order of the parameters that {@link #row} sets. */
    public Builder<T> columns(String... names) {
      for (String name : names) {
        columns.add(named("column", name));
      }
      return this;
    }

    /** How a record becomes a row. */
    public Builder<T> row(RowBinder<T> rowBinder) {
      binder = Objects.requireNonNull(rowBinder, "row");
      return this;
    }

    /**
     * Rows replace those that have the same values in these columns, which need a unique index; a
     * batch must not have two such rows. Uses PostgreSQL's {@code ON CONFLICT}.
     */
    public Builder<T> upsertOn(String... names) {
      for (String name : names) {
        keys.add(named("column", name));
      }
      return this;
    }

    /** The staging table; {@code millrace_staged_TABLE} when it is not given. */
    public Builder<T> stagingTable(String name) {
      staging = named("staging table", name);
      return this;
    }

    /** The table of commits; {@code millrace_commits} when it is not given. */
    public Builder<T> commitTable(String name) {
      commits = named("commit table", name);
      return this;
    }

    /** How long a statement may take; 30 s when it is not given. */
    public Builder<T> timeout(Duration duration) {
      timeout = atLeastASecond("timeout", duration);
      return this;
    }

    /**
     * How long rows of the commit table are kept, by batch time; 7 days when it is not given. A
     * driver that was replaced and repeats a commit after longer than that finds nothing staged and
     * stops.
     */
    public Builder<T> keepCommits(Duration duration) {
      keepCommits = atLeastASecond("keepCommits", duration);
      return this;
    }

    /**
     * The sink.
     *
     * @throws MillraceException ILLEGAL_USE when something is missing or contradicts
     */
    public JdbcSink<T> build() {
      require((url == null) != (connections == null), "give either url or connections");
      require(connections == null || properties.isEmpty(), "properties go with url alone");
      require(!columns.isEmpty(), "give the columns of a row");
      require(binder != null, "say how a record becomes a row: row((row, record) -> ...)");
      require(columns.containsAll(keys), "upsertOn names columns that are not among the row's");
      String schema = table.substring(0, table.length() - Tables.name(table).length());
      String stagingTable =
          staging != null ? staging : named("staging table", schema + stagingName());
      return new JdbcSink<>(
          new Database(url, properties, connections, Math.toIntExact(timeout.toSeconds())),
          new Tables(
              table,
              stagingTable,
              commits != null ? commits : schema + "millrace_commits",
              columns,
              keys),
          binder,
          keepCommits.toMillis());
    }

    private String stagingName() {
      return "millrace_staged_" + Tables.name(table);
    }

    private Duration atLeastASecond(String what, Duration given) {
      require(
          given.compareTo(Duration.ofSeconds(1)) >= 0,
          what + " is " + given + "; give at least a second");
      return given;
    }

    private String named(String what, String name) {
      require(
          name != null && NAME.matcher(name).matches(),
          "'" + name + "' is no plain name of a " + what);
      require(
          Tables.name(name).length() <= LONGEST_NAME,
          "the name of the "
              + what
              + " "
              + name
              + " is longer than "
              + LONGEST_NAME
              + " characters; give a shorter one");
      return name;
    }

    private void require(boolean condition, String otherwise) {
      if (!condition) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            (table == null ? "JdbcSink" : "JdbcSink into " + table) + ": " + otherwise);
      }
    }
  }
}
