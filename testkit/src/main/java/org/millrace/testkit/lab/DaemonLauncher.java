package org.millrace.testkit.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Starts Hadoop's processes with the JVM that this program runs on. */
final class DaemonLauncher {
  /** In the environment of all processes of a lab, containers included; the value is its folder. */
  static final String OWNER_VARIABLE = "MILLRACE_LAB_OWNER";

  /** In the environment of Hadoop's own processes only; the value is the process's name. */
  static final String PROCESS_VARIABLE = "MILLRACE_LAB_PROCESS";

  private static final List<String> KEPT_VARIABLES =
      List.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ");
  private static final Duration FORMAT_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STRAY_TIMEOUT = Duration.ofSeconds(10);

  private final LabFolder folder;
  private final LabSettings settings;
  private final ServerClasspath classpath;
  private final ClassDataArchive archive;

  DaemonLauncher(LabFolder folder, LabSettings settings) throws IOException {
    this.folder = folder;
    this.settings = settings;
    this.classpath = ServerClasspath.find();
    this.archive = new ClassDataArchive(folder, classpath, ClassDataArchive.defaultCache());
  }

  ServerClasspath classpath() {
    return classpath;
  }

  ClassDataArchive archive() {
    return archive;
  }

  /**
   * Starts the process and remembers it. The caller made sure that the one before is gone; strays
   * of the same name that nobody remembers are killed here, because they would hold its ports.
   */
  OsProcess launch(ProcessName name) throws IOException {
    Map<String, String> mark =
        Map.of(OWNER_VARIABLE, folder.home().toString(), PROCESS_VARIABLE, name.text());
    for (OsProcess stray : OsProcess.withEnvironment(mark)) {
      stray.killHard();
      stray.awaitState(OsProcess.State.DEAD, STRAY_TIMEOUT);
    }
    List<String> command = new ArrayList<>(detach());
    command.addAll(settings.network().enter(name));
    command.addAll(javaCommand(name));
    command.add(name.role().mainClass());
    Process process = start(name, command);
    return remember(name, process);
  }

  /** Whether the NameNode has a file system to serve. */
  boolean formatted() {
    return Files.exists(folder.data(new ProcessName(Role.NAME_NODE, 1)).resolve("current/VERSION"));
  }

  /** Starts to make an empty file system; {@link #awaitFormat} says how it went. */
  Process startFormat() throws IOException {
    ProcessName name = new ProcessName(Role.NAME_NODE, 1);
    List<String> command = new ArrayList<>(javaCommand(name));
    command.add(name.role().mainClass());
    command.addAll(List.of("-format", "-force", "-nonInteractive"));
    return start(name, command);
  }

  void awaitFormat(Process format) {
    ProcessName name = new ProcessName(Role.NAME_NODE, 1);
    try {
      if (!format.waitFor(FORMAT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new LabException(
            "formatting HDFS took longer than " + FORMAT_TIMEOUT.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while formatting HDFS", e);
    } finally {
      format.destroyForcibly();
    }
    if (format.exitValue() != 0) {
      throw new LabException(
          "formatting HDFS failed with status "
              + format.exitValue()
              + LogTail.describe(folder, name));
    }
  }

  private Process start(ProcessName name, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment(name));
    builder.directory(folder.temporary().toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.output(name).toFile()));
    return builder.start();
  }

  private OsProcess remember(ProcessName name, Process process) throws IOException {
    OsProcess started =
        OsProcess.find(process.pid())
            .orElseThrow(
                () ->
                    new LabException(
                        name.role().title()
                            + " "
                            + name
                            + " ended at once"
                            + LogTail.describe(folder, name)));
    new PidFile(folder.pid(name)).write(started);
    return started;
  }

  /** A session of its own: Ctrl-C and the end of the terminal are not for the processes. */
  private static List<String> detach() {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String entry : path.split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(entry, "setsid"))) {
        return List.of("setsid");
      }
    }
    return List.of();
  }

  private List<String> javaCommand(ProcessName name) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + name.role().heapMb() + "m");
    // Seven JVMs on a small machine: start-up and memory count, peak speed does not.
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xss512k",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.net.preferIPv4Stack=true",
            "-Djava.io.tmpdir=" + folder.temporary(),
            "-Dlog4j.configuration=file:"
                + folder.serverConfiguration().resolve("log4j.properties"),
            "-Dhadoop.log.dir=" + folder.logs(),
            "-Dyarn.log.dir=" + folder.logs(),
            "-Dlab.logs=" + folder.logs(),
            "-Dlab.home=" + folder.home(),
            "-Dlab.process=" + name,
            "-Dlab.host=" + settings.network().host(name)));
    if (settings.secure()) {
      command.add(Kerberos.option(folder));
    }
    command.addAll(archive.options(name));
    portProperties(name).forEach((key, port) -> command.add("-Dlab." + key + ".port=" + port));
    return command;
  }

  /**
   * What the configuration templates call {@code ${lab.X.port}}; 0 where the process has none,
   * since Hadoop parses settings of other processes too.
   */
  private Map<String, Integer> portProperties(ProcessName name) {
    LabPorts ports = settings.ports();
    int number = name.number();
    Map<String, Integer> properties = new TreeMap<>();
    for (String key : List.of("data", "ipc", "nm", "localizer")) {
      properties.put(key, 0);
    }
    properties.put("http", ports.http(name));
    if (name.role() == Role.DATA_NODE) {
      properties.put("data", ports.dataNodeData(number));
      properties.put("ipc", ports.dataNodeIpc(number));
    } else if (name.role() == Role.NODE_MANAGER) {
      properties.put("nm", ports.nodeManager(number));
      properties.put("localizer", ports.nodeManagerLocalizer(number));
    }
    return properties;
  }

  /** Nothing of the caller's Hadoop or JVM settings reaches the lab. */
  private Map<String, String> environment(ProcessName name) {
    Map<String, String> environment = new TreeMap<>();
    for (String variable : KEPT_VARIABLES) {
      String value = System.getenv(variable);
      if (value != null) {
        environment.put(variable, value);
      }
    }
    // The configuration comes last: a class data archive fits what begins with its own class path.
    environment.put(
        "CLASSPATH", classpath.text() + File.pathSeparator + folder.serverConfiguration());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    // What containers get: the configuration that any client of the lab has.
    environment.put("HADOOP_CONF_DIR", folder.clientConfiguration().toString());
    environment.put("MALLOC_ARENA_MAX", "2");
    environment.put(OWNER_VARIABLE, folder.home().toString());
    environment.put(PROCESS_VARIABLE, name.text());
    return environment;
  }
}
