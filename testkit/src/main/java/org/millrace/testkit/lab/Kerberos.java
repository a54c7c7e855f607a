package org.millrace.testkit.lab;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The key distribution center of a secure lab: a process with principals for the services and two
 * users, all of whose keys are in one keytab. Its database lives in memory, so every start makes
 * new keys; it is started before, and ends with, the processes that use them.
 */
final class Kerberos {
  static final String REALM = "LAB.EXAMPLE";

  /** Who may submit applications; each has a home folder. */
  static final List<String> USERS = List.of("alice", "bob");

  private static final String AUTHENTICATION = "hadoop.security.authentication";
  private static final String HDFS = "hdfs/localhost";
  private static final String YARN = "yarn/localhost";
  private static final String HTTP = "HTTP/localhost";
  private static final String MAIN_CLASS = "org.apache.hadoop.minikdc.MiniKdc";
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration FOLDERS_TIMEOUT = Duration.ofSeconds(60);
  private static final long POLL_MS = 50;

  private final LabFolder folder;
  private final LabPorts ports;
  private final PidFile pidFile;

  Kerberos(LabFolder folder, LabPorts ports) {
    this.folder = folder;
    this.ports = ports;
    this.pidFile = new PidFile(folder.run().resolve("kdc.pid"));
  }

  /** What servers and clients of a secure lab are told. */
  static Map<String, String> hadoopSettings(LabFolder folder) {
    Map<String, String> settings = new TreeMap<>();
    String keytab = folder.keytab().toString();
    settings.put(AUTHENTICATION, "kerberos");
    settings.put("dfs.block.access.token.enable", "true");
    for (String server : List.of("namenode", "datanode")) {
      settings.put("dfs." + server + ".kerberos.principal", principal(HDFS));
      settings.put("dfs." + server + ".keytab.file", keytab);
    }
    settings.put("dfs.web.authentication.kerberos.principal", principal(HTTP));
    settings.put("dfs.web.authentication.kerberos.keytab", keytab);
    // Data goes over SASL; that DataNodes then want HTTPS as well is left to them who have
    // certificates.
    settings.put("dfs.data.transfer.protection", "authentication");
    settings.put("ignore.secure.ports.for.testing", "true");
    for (String server : List.of("resourcemanager", "nodemanager")) {
      settings.put("yarn." + server + ".principal", principal(YARN));
      settings.put("yarn." + server + ".keytab", keytab);
    }
    // A secure NodeManager reads logs through Hadoop's native library, which the lab has not.
    settings.put("yarn.log-aggregation-enable", "false");
    // On a real node the system has this file; here every process is told where it is.
    settings.put(
        "yarn.nodemanager.admin-env",
        "MALLOC_ARENA_MAX=2,"
            + DaemonLauncher.OWNER_VARIABLE
            + "="
            + folder.home()
            + ",JAVA_TOOL_OPTIONS="
            + option(folder));
    return settings;
  }

  static boolean isOn(Map<String, String> hadoopSettings) {
    return "kerberos".equals(hadoopSettings.get(AUTHENTICATION));
  }

  /** The name in the lab's realm. */
  static String principal(String name) {
    return name + "@" + REALM;
  }

  /** What each JVM needs that speaks Kerberos. */
  static String option(LabFolder folder) {
    return "-Djava.security.krb5.conf=" + folder.kerberosConfiguration();
  }

  /** With these in its environment a Hadoop client is logged in as the user. */
  static Map<String, String> login(LabFolder folder, String user) {
    return Map.of("KRB5PRINCIPAL", principal(user), "KRB5KEYTAB", folder.keytab().toString());
  }

  /** Starts it when it is dead, and returns when it serves. */
  void start(ServerClasspath classpath) throws IOException {
    if (living().isEmpty()) {
      launch(classpath);
    }
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    while (!ready()) {
      if (living().isEmpty() || System.nanoTime() > deadline) {
        throw new LabException(
            "the key distribution center did not start; what it said is in " + output());
      }
      Pause.ms(POLL_MS);
    }
  }

  /** HDFS's folders of the users and of YARN's logs, made by the superuser. */
  void makeFolders(ServerClasspath classpath) throws IOException {
    List<String> command = java();
    command.add(SecureFolders.class.getName());
    command.addAll(USERS);
    ProcessBuilder builder = process(command, classpath, folder.logs().resolve("folders.out"));
    builder.environment().putAll(login(folder, HDFS));
    Process process = builder.start();
    try {
      if (!process.waitFor(FOLDERS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          || process.exitValue() != 0) {
        throw new LabException(
            "the folders on HDFS cannot be made; why is in "
                + folder.logs().resolve("folders.out"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while making folders on HDFS", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private void launch(ServerClasspath classpath) throws IOException {
    LabFolder.delete(folder.kerberos());
    Files.createDirectories(folder.kerberos());
    Path settings = folder.kerberos().resolve("kdc.properties");
    Files.writeString(
        settings,
        String.join(
            "\n",
            "org.name=LAB",
            "org.domain=EXAMPLE",
            "instance=LabKdc",
            "kdc.bind.address=localhost",
            "kdc.port=" + ports.kerberos(),
            "transport=TCP",
            "max.ticket.lifetime=86400000",
            "min.ticket.lifetime=60000",
            "max.renewable.lifetime=604800000",
            "debug=false",
            ""));
    List<String> command = java();
    command.addAll(
        List.of(
            MAIN_CLASS,
            folder.kerberos().toString(),
            settings.toString(),
            folder.keytab().toString(),
            HDFS,
            YARN,
            HTTP));
    command.addAll(USERS);
    Process process = process(command, classpath, output()).start();
    pidFile.write(
        OsProcess.find(process.pid())
            .orElseThrow(
                () -> new LabException("the key distribution center ended at once: " + output())));
  }

  private List<String> java() {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.net.preferIPv4Stack=true",
            "-Djava.io.tmpdir=" + folder.temporary(),
            option(folder)));
  }

  private ProcessBuilder process(List<String> command, ServerClasspath classpath, Path output)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    builder
        .environment()
        .put(
            "CLASSPATH",
            String.join(
                File.pathSeparator,
                classpath.text(),
                folder.clientConfiguration().toString(),
                ServerClasspath.ownCode().toString()));
    builder.environment().put(DaemonLauncher.OWNER_VARIABLE, folder.home().toString());
    builder.environment().put(DaemonLauncher.PROCESS_VARIABLE, "kdc");
    builder.directory(folder.temporary().toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    return builder;
  }

  private Path output() {
    return folder.logs().resolve("kdc.out");
  }

  private Optional<OsProcess> living() throws IOException {
    return pidFile.read().filter(OsProcess::alive);
  }

  /** The keytab is the last thing that it writes before it serves for good. */
  private boolean ready() {
    if (!Files.exists(folder.kerberosConfiguration()) || !Files.exists(folder.keytab())) {
      return false;
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports.kerberos())) {
      return Files.size(folder.keytab()) > 0 && socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }
}
