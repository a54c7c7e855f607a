package org.millrace.connectors.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL on a port of its own, from the archive on the class path. The server refuses to
 * run as root; root starts it in a user namespace, in which it is nobody, or else as nobody.
 */
final class PostgresServer implements AutoCloseable {
  static final String PASSWORD = "not-to-be-logged";

  private static final List<List<String>> WAYS =
      List.of(
          List.of(),
          List.of("unshare", "--user"),
          List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
  private static final int START_SECONDS = 180;

  /** Somebody else may take a free port before the server does. */
  private static final int MOST_PORTS = 5;

  private final Path home;
  private final List<String> way;
  private int port;
  private Process server;

  private PostgresServer(Path home, List<String> way) {
    this.home = home;
    this.way = way;
  }

  static PostgresServer start() throws IOException, InterruptedException {
    List<String> way = unprivileged();
    // Not below the build's directory: nobody may not be allowed to look in there.
    Path home = Files.createTempDirectory(Path.of("/tmp"), "millrace-postgres");
    PostgresServer made = new PostgresServer(home, way);
    try {
      made.unpack();
      made.initialize();
      made.launch();
    } catch (IOException | InterruptedException | RuntimeException e) {
      made.close();
      throw e;
    }
    return made;
  }

  /** A prefix that makes a command run as somebody who is not root. */
  private static List<String> unprivileged() throws IOException, InterruptedException {
    StringBuilder tried = new StringBuilder();
    for (List<String> way : WAYS) {
      List<String> command = new ArrayList<>(way);
      command.addAll(List.of("id", "-u"));
      String user;
      try {
        user = output(new ProcessBuilder(command).redirectErrorStream(true).start()).strip();
      } catch (IOException e) {
        user = e.toString();
      }
      if (user.matches("[1-9][0-9]*")) {
        return way;
      }
      tried.append('\n').append(String.join(" ", command)).append(": ").append(user);
    }
    throw new IllegalStateException(
        "PostgreSQL does not run as root, and nothing here makes another user of us; run the tests"
            + " as an ordinary user, or with util-linux (unshare, setpriv). Tried:"
            + tried);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void unpack() throws IOException, InterruptedException {
    String arch = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
    String archive = "/postgres-linux-" + arch + ".txz";
    Process tar =
        new ProcessBuilder("tar", "-x", "-C", home.toString()).redirectErrorStream(true).start();
    try (InputStream packed = PostgresServer.class.getResourceAsStream(archive);
        OutputStream files = tar.getOutputStream()) {
      if (packed == null) {
        throw new IllegalStateException("no PostgreSQL for this machine: " + archive);
      }
      new XZInputStream(packed).transferTo(files);
    }
    requireSuccess(tar, "tar");
    Files.writeString(home.resolve("password"), PASSWORD);
    if (way.contains("setpriv")) {
      requireSuccess(
          new ProcessBuilder("chown", "-R", "65534:65534", home.toString())
              .redirectErrorStream(true)
              .start(),
          "chown");
    }
  }

  private void initialize() throws IOException, InterruptedException {
    requireSuccess(
        process(
                "initdb",
                "--pgdata=" + home.resolve("data"),
                "--username=postgres",
                "--pwfile=" + home.resolve("password"),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync")
            .start(),
        "initdb");
  }

  private void launch() throws IOException, InterruptedException {
    for (int tries = 1; !isLaunched(); tries++) {
      if (tries == MOST_PORTS) {
        throw new IOException("PostgreSQL found no port in " + tries + " tries:\n" + log());
      }
    }
  }

  /** False when somebody else has taken the port. */
  private boolean isLaunched() throws IOException, InterruptedException {
    port = freePort();
    server =
        process(
                "postgres",
                "-D",
                home.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=100",
                "-c",
                "fsync=off")
            .redirectOutput(home.resolve("log").toFile())
            .start();
    return isReady();
  }

  /** Asks until the server answers; each question waits for the server's refusal. */
  private boolean isReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try {
        connect().close();
        return true;
      } catch (SQLException notYet) {
        boolean ended = server.waitFor(50, TimeUnit.MILLISECONDS);
        if (ended && log().contains("Address already in use")) {
          return false;
        }
        if (ended || System.nanoTime() - deadline > 0) {
          throw new IOException("PostgreSQL did not start: " + notYet + "\n" + log(), notYet);
        }
      }
    }
  }

  private String log() throws IOException {
    return Files.readString(home.resolve("log"));
  }

  private ProcessBuilder process(String program, String... arguments) {
    List<String> command = new ArrayList<>(way);
    command.add(home.resolve("bin").resolve(program).toString());
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(home.toFile());
    return builder;
  }

  int port() {
    return port;
  }

  String url() {
    return urlAt(port);
  }

  static String urlAt(int port) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), "postgres", PASSWORD);
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The rows of a query, their columns joined by a comma. */
  List<String> query(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          values.add(result.getString(column));
        }
        rows.add(String.join(",", values));
      }
    }
    return rows;
  }

  /** Ends all connections but the one that asks. */
  void endConnections() throws SQLException {
    query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      end();
    }
    Files.walkFileTree(
        home,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * SIGINT ends sessions at once and in order; what a process is ended with would wait for them.
   */
  private void end() throws IOException {
    try {
      requireSuccess(
          new ProcessBuilder("sh", "-c", "kill -INT " + server.pid())
              .redirectErrorStream(true)
              .start(),
          "kill");
      if (!server.waitFor(2, TimeUnit.MINUTES)) {
        server.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      server.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void requireSuccess(Process process, String what)
      throws IOException, InterruptedException {
    String said = output(process);
    if (process.exitValue() != 0) {
      throw new IOException(what + " ended with " + process.exitValue() + ": " + said);
    }
  }

  private static String output(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
