package org.millrace.connectors.jdbc;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The three tables of a sink and what is said to them. Immutable.
 *
 * <pre>
 *   target   what the program writes
 *   staging  rows that attempts have prepared: the target's columns and those of their attempt
 *   commits  one row for each batch that is in the target
 * </pre>
 *
 * @param keys columns whose unique values decide whether a row is new; empty: all rows are
 */
record Tables(
    String target, String staging, String commits, List<String> columns, List<String> keys)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String BATCH =
      "millrace_application = ? AND millrace_output = ? AND millrace_batch = ?";

  Tables {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
  }

  private String columnList() {
    return String.join(", ", columns);
  }

  /** Parameters: the columns', application, output, batch, attempt. */
  String stage() {
    return "INSERT INTO "
        + staging
        + " ("
        + columnList()
        + ", millrace_application, millrace_output, millrace_batch, millrace_attempt) VALUES ("
        + marks(columns.size() + 4)
        + ")";
  }

  /** Parameters: application, output, batch, attempts. */
  String move(int attempts) {
    return "INSERT INTO "
        + target
        + " ("
        + columnList()
        + ") SELECT "
        + columnList()
        + " FROM "
        + staging
        + ofAttempts(attempts)
        + onConflict();
  }

  private String onConflict() {
    if (keys.isEmpty()) {
      return "";
    }
    // A row of keys alone is set to itself, so that each row that is staged counts once.
    List<String> changed =
        keys.containsAll(columns)
            ? keys
            : columns.stream().filter(column -> !keys.contains(column)).toList();
    return " ON CONFLICT ("
        + String.join(", ", keys)
        + ") DO UPDATE SET "
        + changed.stream()
            .map(column -> column + " = EXCLUDED." + column)
            .collect(Collectors.joining(", "));
  }

  /** Parameters: application, output, batch, attempts. */
  String discardAttempts(int attempts) {
    return "DELETE FROM " + staging + ofAttempts(attempts);
  }

  private static String ofAttempts(int attempts) {
    return " WHERE " + BATCH + " AND millrace_attempt IN (" + marks(attempts) + ")";
  }

  /** Parameters: application, output, batch. */
  String discardBatch() {
    return "DELETE FROM " + staging + " WHERE " + BATCH;
  }

  /** Parameters: application, output, batch. */
  String discardUntil() {
    return "DELETE FROM "
        + staging
        + " WHERE millrace_application = ? AND millrace_output = ? AND millrace_batch <= ?";
  }

  /** Parameters: application, output, batch, epoch, rows. */
  String insertCommit() {
    return "INSERT INTO "
        + commits
        + " (application, output_id, batch_time, epoch, row_count) VALUES (?, ?, ?, ?, ?)";
  }

  /** Parameters: application, output, batch. */
  String findCommit() {
    return "SELECT row_count FROM "
        + commits
        + " WHERE application = ? AND output_id = ? AND batch_time = ?";
  }

  /** Parameters: application, output, batch. */
  String forgetCommits() {
    return "DELETE FROM " + commits + " WHERE application = ? AND output_id = ? AND batch_time < ?";
  }

  String probeTarget() {
    return "SELECT " + columnList() + " FROM " + target + " WHERE 1 = 0";
  }

  String probeStaging() {
    return "SELECT "
        + columnList()
        + ", millrace_application, millrace_output, millrace_batch, millrace_attempt FROM "
        + staging
        + " WHERE 1 = 0";
  }

  String probeCommits() {
    return "SELECT application, output_id, batch_time, epoch, row_count FROM "
        + commits
        + " WHERE 1 = 0";
  }

  /** All columns of the target, so that several sinks into it share the staging table. */
  List<String> createStaging() {
    return List.of(
        "CREATE TABLE IF NOT EXISTS "
            + staging
            + " AS SELECT t.*, CAST('' AS VARCHAR(200)) AS millrace_application,"
            + " CAST('' AS VARCHAR(100)) AS millrace_output,"
            + " CAST(0 AS BIGINT) AS millrace_batch,"
            + " CAST('' AS VARCHAR(100)) AS millrace_attempt FROM "
            + target
            + " t WHERE 1 = 0",
        "CREATE INDEX IF NOT EXISTS "
            + name(staging)
            + "_batch ON "
            + staging
            + " (millrace_application, millrace_output, millrace_batch)");
  }

  List<String> createCommits() {
    return List.of(
        "CREATE TABLE IF NOT EXISTS "
            + commits
            + " (application VARCHAR(200) NOT NULL, output_id VARCHAR(100) NOT NULL,"
            + " batch_time BIGINT NOT NULL, epoch BIGINT NOT NULL, row_count BIGINT NOT NULL,"
            + " committed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,"
            + " PRIMARY KEY (application, output_id, batch_time))");
  }

  /** The name without its schema. */
  static String name(String table) {
    return table.substring(table.lastIndexOf('.') + 1);
  }

  private static String marks(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }
}
