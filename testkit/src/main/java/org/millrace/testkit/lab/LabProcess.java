package org.millrace.testkit.lab;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One Hadoop process of a lab, through all its lives: it may be killed and started again.
 * Thread-safe between processes; one process is handled by one thread at a time.
 */
public final class LabProcess {
  /** How the process is; {@code DEAD} also when it was never started. */
  public enum State {
    RUNNING,
    PAUSED,
    DEAD
  }

  private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration SIGNAL_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final long POLL_MS = 50;

  private final ProcessName name;
  private final LabFolder folder;
  private final LabSettings settings;
  private final PidFile pidFile;

  LabProcess(ProcessName name, LabFolder folder, LabSettings settings) {
    this.name = name;
    this.folder = folder;
    this.settings = settings;
    this.pidFile = new PidFile(folder.pid(name));
  }

  /** {@code nn, rm, dn1, nm1, ...} */
  public String name() {
    return name.text();
  }

  ProcessName processName() {
    return name;
  }

  /** What it is, such as {@code NameNode}. */
  public String title() {
    return name.role().title();
  }

  public State state() {
    return remembered()
        .map(OsProcess::state)
        .map(state -> State.valueOf(state.name()))
        .orElse(State.DEAD);
  }

  /** Its process id; empty when it is dead. */
  public OptionalLong pid() {
    return living().map(process -> OptionalLong.of(process.pid())).orElse(OptionalLong.empty());
  }

  /** When it was started; empty when it is dead. */
  public Optional<Instant> started() {
    return living().flatMap(OsProcess::started);
  }

  /** Memory that it holds, in KiB; empty when it is dead or the system does not say. */
  public OptionalLong residentKiB() {
    return living().map(OsProcess::residentKiB).orElse(OptionalLong.empty());
  }

  /** The port that others talk to it: RPC, or data transfer for a DataNode. */
  public int port() {
    return settings.ports().of(name).get(0);
  }

  /** All its ports. */
  public List<Integer> ports() {
    return settings.ports().of(name);
  }

  public URI webAddress() {
    return URI.create(
        "http://" + settings.network().host(name) + ":" + settings.ports().http(name) + "/");
  }

  /** Its log; it goes on in the same file when it is started again. */
  public Path log() {
    return folder.log(name);
  }

  /** Ends it at once, as {@code kill -9}, and returns when it is gone. */
  public void kill() {
    OsProcess process = require("kill");
    process.killHard();
    if (!process.awaitState(OsProcess.State.DEAD, SIGNAL_TIMEOUT)) {
      throw new LabException(describe(process) + " survives kill -9");
    }
  }

  /** Freezes it, as {@code kill -STOP}: its connections stay open and silent. */
  public void pause() {
    OsProcess process = require("pause");
    process.signal("STOP");
    if (!process.awaitState(OsProcess.State.PAUSED, SIGNAL_TIMEOUT)) {
      throw new LabException(describe(process) + " did not pause");
    }
  }

  /** Lets a paused process go on; a running one is left as it is. */
  public void resume() {
    OsProcess process = require("resume");
    process.signal("CONT");
    if (!process.awaitState(OsProcess.State.RUNNING, SIGNAL_TIMEOUT)) {
      throw new LabException(describe(process) + " did not resume");
    }
  }

  /** Asks it to end, waits, and kills it when it does not; nothing to do when it is dead. */
  public void stop() {
    Optional<OsProcess> living = living();
    if (living.isEmpty()) {
      return;
    }
    OsProcess process = living.get();
    process.signal("TERM");
    process.signal("CONT");
    if (!process.awaitState(OsProcess.State.DEAD, STOP_TIMEOUT)) {
      kill();
    }
  }

  /** Starts it when it is dead and returns when it is ready. */
  public void start() {
    start(READY_TIMEOUT);
  }

  /** {@link #start()} of one that may have much to read first, as a NameNode its log. */
  public void start(Duration timeout) {
    if (living().isEmpty()) {
      launch();
    }
    awaitReady(timeout);
  }

  /** Ends it in the orderly way if it lives, starts it and returns when it is ready. */
  public void restart() {
    stop();
    start();
  }

  /** Why it does not serve; empty when it does. */
  public Optional<String> problem() {
    return remembered()
        .map(process -> new Health(settings).problem(name, process))
        .orElseGet(() -> Optional.of("it was not started"));
  }

  /** Returns when it serves; fails when it is dead or not ready in time. */
  public void awaitReady(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (Optional<String> problem = problem(); problem.isPresent(); problem = problem()) {
      failIfDead();
      if (System.nanoTime() > deadline) {
        throw new LabException(
            title()
                + " "
                + name
                + " was not ready after "
                + timeout.toSeconds()
                + " s: "
                + problem.get()
                + LogTail.describe(folder, name));
      }
      Pause.ms(POLL_MS);
    }
  }

  void failIfDead() {
    if (state() == State.DEAD) {
      throw new LabException(title() + " " + name + " died" + LogTail.describe(folder, name));
    }
  }

  private void launch() {
    try {
      launch(new DaemonLauncher(folder, settings));
    } catch (IOException e) {
      throw new LabException("cannot start " + title() + " " + name + ": " + e.getMessage(), e);
    }
  }

  void launch(DaemonLauncher launcher) {
    try {
      launcher.launch(name);
    } catch (IOException e) {
      throw new LabException("cannot start " + title() + " " + name + ": " + e.getMessage(), e);
    }
  }

  Optional<OsProcess> living() {
    return remembered().filter(OsProcess::alive);
  }

  void forget() throws IOException {
    pidFile.delete();
  }

  private Optional<OsProcess> remembered() {
    try {
      return pidFile.read();
    } catch (IOException e) {
      throw new LabException("cannot read " + pidFile.file() + ": " + e.getMessage(), e);
    }
  }

  private OsProcess require(String action) {
    return living()
        .orElseThrow(
            () -> new LabException("cannot " + action + " " + name + ": it is not running"));
  }

  private String describe(OsProcess process) {
    return title() + " " + name + " (process " + process.pid() + ")";
  }

  @Override
  public String toString() {
    return name.text();
  }
}
