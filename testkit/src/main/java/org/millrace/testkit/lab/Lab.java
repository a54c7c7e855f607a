package org.millrace.testkit.lab;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A small but real Hadoop cluster on this machine. Its processes are not children of this program
 * in any way that matters: they live until {@link #down}, and another program can {@link #attach}.
 *
 * <p>Thread-safe between processes: two threads may handle two processes, not the same one.
 */
public final class Lab implements AutoCloseable {
  /**
   * What {@link #expectError} takes when YARN kills an application: its master may ask once more
   * before its process ends, and is told to go, or is not known any more, whatever it asks. The
   * ResourceManager has no transition for one that registers while the end is being stored.
   */
  public static final String MASTER_KILLED =
      "^rm: .*Application attempt .* doesn't exist in ApplicationMasterService cache"
          + "|^rm: .*Application doesn't exist in cache appattempt_"
          + "|^rm: .*RMAppAttemptImpl: App attempt: .* can't handle this event.*Invalid event:"
          + " REGISTERED at FINAL_SAVING"
          + "|asked this attempt to shut down"
          + "|(?:could not register with the ResourceManager"
          + "|ResourceManager refuses this application master"
          + "|Exception on heartbeat"
          + "|YARN could not be told that the application has ended).*(?:not found in"
          + " AMRMTokenSecretManager|doesn't exist in cache appattempt_)";

  /**
   * What {@link #expectError} takes when a driver is replaced that is not dead: it says that it was
   * fenced, and halts. So does an executor whose log was sealed; the HDFS client of either cannot
   * close the files that were recovered under it.
   */
  public static final String HALTED_BY_FENCING =
      "^container_\\S+: .*(Fatal fault in '.*FencedException"
          + "|DFSClient: Failed to close file: \\S+/segment-\\d+\\.log)";

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(60);
  private static final long POLL_MS = 20;

  private final LabFolder folder;
  private final LabSettings settings;
  private final List<LabProcess> processes;
  private final boolean owned;
  private final LabLogs labLogs;

  private Lab(LabFolder folder, LabSettings settings, boolean owned) {
    this.folder = folder;
    this.settings = settings;
    this.owned = owned;
    this.labLogs = new LabLogs(folder.logs());
    this.processes =
        settings.processes().stream().map(name -> new LabProcess(name, folder, settings)).toList();
  }

  /** A lab in this folder, which must be absent, empty, or a lab's already. */
  public static Builder builder(Path home) {
    return new Builder(new LabFolder(home));
  }

  /** The lab that was started in this folder, whatever state its processes are in now. */
  public static Lab attach(Path home) {
    LabFolder folder = new LabFolder(home);
    if (!folder.holdsLab()) {
      throw new LabException("there is no lab in " + folder.home() + "; start one with: lab up");
    }
    try {
      return new Lab(folder, LabSettings.load(folder.settings()), false);
    } catch (IOException e) {
      throw new LabException("cannot read " + folder.settings() + ": " + e.getMessage(), e);
    }
  }

  /** Whether a lab was started in this folder and not taken down. */
  public static boolean exists(Path home) {
    return new LabFolder(home).holdsLab();
  }

  public Path home() {
    return folder.home();
  }

  /** A HADOOP_CONF_DIR for programs that use the lab. */
  public Path configurationDirectory() {
    return folder.clientConfiguration();
  }

  /** Where the processes' logs are. */
  public Path logs() {
    return folder.logs();
  }

  /**
   * Announces an error that the caller provokes: one whose text, with {@code PROCESS: } before it,
   * the regular expression finds. Where {@link LabExtension} looks after the lab the announcement
   * holds to the end of the test class after the one that makes it.
   */
  public void expectError(String pattern) {
    labLogs.expect(pattern);
  }

  /**
   * The errors in the logs of all processes, YARN's containers too, that were written since the
   * last call and that nobody announced.
   */
  public List<LoggedError> unexpectedErrors() {
    return labLogs.unexpected();
  }

  void ageExpectations() {
    labLogs.ageExpectations();
  }

  /** All processes: {@code nn, dn1, ..., rm, nm1, ...}. */
  public List<LabProcess> processes() {
    return processes;
  }

  public LabProcess process(String name) {
    return processes.stream()
        .filter(process -> process.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new LabException("the lab has no process '" + name + "'; it has " + processes));
  }

  public LabProcess nameNode() {
    return process("nn");
  }

  /** Numbers start at 1. */
  public LabProcess dataNode(int number) {
    return process("dn" + number);
  }

  public LabProcess resourceManager() {
    return process("rm");
  }

  /** Numbers start at 1. */
  public LabProcess nodeManager(int number) {
    return process("nm" + number);
  }

  /**
   * The web pages and REST resources of a process; those of {@code nn} and {@code rm} are the UIs.
   */
  public URI webAddress(String name) {
    return process(name).webAddress();
  }

  /** What HDFS paths of this lab begin with. */
  public URI fileSystem() {
    return URI.create("hdfs://" + settings.network().master() + ":" + nameNode().port());
  }

  /**
   * What the environment of a client's process needs to be this user of a secure lab, {@code alice}
   * or {@code bob}.
   */
  public Map<String, String> login(String user) {
    return Kerberos.login(folder, user);
  }

  /** The option with which a client's JVM finds the realm of a secure lab. */
  public String kerberosOption() {
    return Kerberos.option(folder);
  }

  /** Where NameNode, ResourceManager and clients are, as nodes know it. */
  public String masterHost() {
    return settings.network().master();
  }

  /** How many nodes there are: DataNode and NodeManager of one number, with its containers. */
  public int nodes() {
    return settings.nodes();
  }

  /** Whether nodes can be cut off. */
  public boolean hasCables() {
    return settings.network().kind() == LabNetwork.Kind.NAMESPACES;
  }

  /**
   * Nothing gets through to the node or from it any more; connections stay open and silent. Only
   * where each node has a network of its own.
   */
  public void cut(int node) {
    settings.network().cut(requireNode(node));
  }

  /** A node that was cut off is back. */
  public void join(int node) {
    settings.network().join(requireNode(node));
  }

  private int requireNode(int node) {
    if (node < 1 || node > settings.nodes()) {
      throw new LabException("the lab has nodes 1 to " + settings.nodes() + ", not " + node);
    }
    return node;
  }

  /** The programs that run in YARN containers now. */
  public List<LabContainer> containers() {
    return LabContainer.in(folder);
  }

  /** Returns when every process serves; fails when one is dead or the time is over. */
  public void awaitHealthy(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (LabProcess process : processes) {
      long leftNs = Math.max(0, deadline - System.nanoTime());
      process.awaitReady(Duration.ofNanos(leftNs));
    }
  }

  /** Ends everything, containers too, and deletes the folder. */
  public void down() {
    changing("take down", this::endAndDelete);
  }

  /**
   * Ends everything in the orderly way and keeps the folder: the next start goes on with the same
   * HDFS and the same YARN applications, as after a power cut.
   */
  public void downKeepingData() {
    changing("take down", this::endOrderly);
  }

  /** Takes the lab down if this object started it; an attached lab stays. */
  @Override
  public void close() {
    if (owned) {
      down();
    }
  }

  private Lab endAndDelete() throws IOException {
    killAll();
    settings.network().delete(settings.nodes());
    LabFolder.delete(folder.home());
    return this;
  }

  private Lab endOrderly() throws IOException {
    List<OsProcess> living =
        processes.stream().flatMap(process -> process.living().stream()).toList();
    living.forEach(process -> process.signal("TERM"));
    living.forEach(process -> process.signal("CONT"));
    long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
    for (OsProcess process : living) {
      long leftNs = Math.max(0, deadline - System.nanoTime());
      process.awaitState(OsProcess.State.DEAD, Duration.ofNanos(leftNs));
    }
    killAll();
    for (LabProcess process : processes) {
      process.forget();
    }
    settings.network().delete(settings.nodes());
    LabFolder.delete(folder.temporary());
    return this;
  }

  private Lab changing(String what, LabLock.Action<Lab> action) {
    return changing(folder, what, action);
  }

  private static Lab changing(LabFolder folder, String what, LabLock.Action<Lab> action) {
    try {
      return LabLock.holding(folder, action);
    } catch (IOException e) {
      throw new LabException(
          "cannot " + what + " the lab in " + folder.home() + ": " + e.getMessage(), e);
    }
  }

  /** All processes with the lab's mark, which containers inherit; and those that we remember. */
  private List<OsProcess> marked() {
    List<OsProcess> all =
        new ArrayList<>(
            OsProcess.withEnvironment(Map.of(DaemonLauncher.OWNER_VARIABLE, home().toString())));
    processes.stream().flatMap(process -> process.living().stream()).forEach(all::add);
    return all;
  }

  /** Repeats, because a wrapper that is not dead yet may start its program. */
  private void killAll() {
    long deadline = System.nanoTime() + KILL_TIMEOUT.toNanos();
    for (List<OsProcess> left = marked(); !left.isEmpty(); left = marked()) {
      left.forEach(OsProcess::killHard);
      if (System.nanoTime() > deadline) {
        throw new LabException(
            "processes of the lab survive kill -9: "
                + left.stream().map(process -> Long.toString(process.pid())).toList());
      }
      Pause.ms(POLL_MS);
    }
  }

  /** What a new lab should be; of a lab that exists already, only what was not asked is kept. */
  public static final class Builder {
    private static final int DATA_NODES = 3;
    private static final int NODE_MANAGERS = 2;
    private static final int NODE_MEMORY_MB = 4096;
    private static final int NODE_CORES = 8;

    private final LabFolder folder;
    private final Map<String, String> hadoopSettings = new TreeMap<>();
    private Integer dataNodes;
    private Integer nodeManagers;
    private Integer nodeMemoryMb;
    private Integer nodeCores;
    private LabNetwork.Kind network;
    private Duration timeout = Duration.ofSeconds(120);
    private boolean fresh;

    private Builder(LabFolder folder) {
      this.folder = folder;
    }

    /** Default 3. */
    public Builder dataNodes(int count) {
      this.dataNodes = count;
      return this;
    }

    /** Default 2. */
    public Builder nodeManagers(int count) {
      this.nodeManagers = count;
      return this;
    }

    /** What each NodeManager offers; default 4096 MB and 8 cores. */
    public Builder nodeResources(int memoryMb, int cores) {
      this.nodeMemoryMb = memoryMb;
      this.nodeCores = cores;
      return this;
    }

    /**
     * Each node, a DataNode and a NodeManager with its containers, gets a network namespace, so
     * that {@link Lab#cut} can cut it off. Needs root.
     */
    public Builder separateNetworks() {
      this.network = LabNetwork.Kind.NAMESPACES;
      return this;
    }

    /** A Hadoop setting for servers and clients; it goes into the file that its prefix names. */
    public Builder set(String key, String value) {
      hadoopSettings.put(key, value);
      return this;
    }

    /**
     * Servers and clients prove with Kerberos who they are. The lab then runs a key distribution
     * center of its own, with the users {@code alice} and {@code bob}.
     */
    public Builder secure() {
      Kerberos.hadoopSettings(folder).forEach(hadoopSettings::putIfAbsent);
      return this;
    }

    /** How long the start may take; default 2 minutes. */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** Takes down and deletes a lab that is in the folder from before. */
    public Builder fresh() {
      this.fresh = true;
      return this;
    }

    /** Starts what is not running, and returns when all processes serve. */
    public Lab start(ProgressListener listener) {
      if (fresh && folder.holdsLab()) {
        attach(folder.home()).down();
      }
      return changing(folder, "start", () -> bringUp(listener));
    }

    private Lab bringUp(ProgressListener listener) throws IOException {
      folder.create();
      Lab lab = new Lab(folder, settings(), true);
      lab.settings.network().create(lab.settings.nodes());
      new ConfigurationFiles(folder, lab.settings).write();
      new Startup(folder, lab.settings, lab.processes, listener, timeout).run();
      return lab;
    }

    private LabSettings settings() throws IOException {
      if (folder.holdsLab()) {
        LabSettings existing = LabSettings.load(folder.settings());
        requireSame("DataNodes", dataNodes, existing.ports().dataNodes());
        requireSame("NodeManagers", nodeManagers, existing.ports().nodeManagers());
        requireSame("MB a node", nodeMemoryMb, existing.nodeMemoryMb());
        requireSame("cores a node", nodeCores, existing.nodeCores());
        if (network != null && network != existing.network().kind()) {
          throw new LabException(
              "the lab in "
                  + folder.home()
                  + " has its nodes on "
                  + existing.network().kind().text()
                  + ", not "
                  + network.text()
                  + "; take it down first");
        }
        if (!existing.hadoopSettings().entrySet().containsAll(hadoopSettings.entrySet())) {
          throw new LabException(
              "the lab in "
                  + folder.home()
                  + " was made with other settings: "
                  + new TreeMap<>(existing.hadoopSettings())
                  + "; take it down first");
        }
        return existing;
      }
      int dataNodeCount = dataNodes == null ? DATA_NODES : dataNodes;
      int nodeManagerCount = nodeManagers == null ? NODE_MANAGERS : nodeManagers;
      LabPorts ports = LabPorts.choose(dataNodeCount, nodeManagerCount);
      LabSettings settings =
          new LabSettings(
              nodeMemoryMb == null ? NODE_MEMORY_MB : nodeMemoryMb,
              nodeCores == null ? NODE_CORES : nodeCores,
              ports,
              hadoopSettings,
              new LabNetwork(network == null ? LabNetwork.Kind.LOOPBACK : network, ports.base()));
      settings.store(folder.settings());
      return settings;
    }

    private void requireSame(String what, Integer asked, int existing) {
      if (asked != null && asked != existing) {
        throw new LabException(
            "the lab in "
                + folder.home()
                + " has "
                + existing
                + " "
                + what
                + ", not "
                + asked
                + "; take it down first");
      }
    }
  }
}
