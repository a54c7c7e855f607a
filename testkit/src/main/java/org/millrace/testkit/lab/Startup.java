package org.millrace.testkit.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings all processes of a lab to life, whatever state they are in. On failure it ends those that
 * it started itself and leaves the logs.
 */
final class Startup {
  private static final long POLL_MS = 100;
  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

  private final LabFolder folder;
  private final LabSettings settings;
  private final List<LabProcess> processes;
  private final ProgressListener listener;
  private final Duration timeout;
  private final long startedNs = System.nanoTime();
  private final List<LabProcess> launched = new ArrayList<>();

  Startup(
      LabFolder folder,
      LabSettings settings,
      List<LabProcess> processes,
      ProgressListener listener,
      Duration timeout) {
    this.folder = folder;
    this.settings = settings;
    this.processes = processes;
    this.listener = listener;
    this.timeout = timeout;
  }

  void run() throws IOException {
    List<LabProcess> missing = new ArrayList<>();
    for (LabProcess process : processes) {
      switch (process.state()) {
        case DEAD -> missing.add(process);
        case PAUSED -> {
          process.resume();
          listener.onNote(process.title() + " " + process.name() + " was paused and goes on");
        }
        case RUNNING -> {}
      }
    }
    if (missing.isEmpty() && processes.stream().allMatch(process -> process.problem().isEmpty())) {
      listener.onNote("the lab is already up");
      return;
    }
    if (missing.size() < processes.size()) {
      listener.onNote("starting what is missing: " + missing);
    }
    DaemonLauncher launcher = new DaemonLauncher(folder, settings);
    boolean complete = false;
    try {
      if (settings.secure()) {
        new Kerberos(folder, settings.ports()).start(launcher.classpath());
      }
      launch(missing, launcher);
      awaitAll();
      makeFolders(launcher);
      complete = true;
    } finally {
      if (!complete) {
        killLaunched();
      }
    }
    try {
      launcher.archive().makeInBackground();
    } catch (IOException e) {
      listener.onNote("later starts will not be faster: no class data archive: " + e.getMessage());
    }
  }

  private void launch(List<LabProcess> missing, DaemonLauncher launcher) throws IOException {
    if (missing.isEmpty()) {
      return;
    }
    // Only the NameNode waits for its format; the others try until they find each other.
    Optional<Process> format =
        launcher.formatted() ? Optional.empty() : Optional.of(launcher.startFormat());
    for (Role role : Role.START_ORDER) {
      if (role == Role.NAME_NODE) {
        format.ifPresent(launcher::awaitFormat);
      }
      for (LabProcess process : missing) {
        if (process.processName().role() == role) {
          launched.add(process);
          process.launch(launcher);
        }
      }
    }
  }

  private void killLaunched() {
    List<OsProcess> left = launched.stream().flatMap(process -> process.living().stream()).toList();
    left.forEach(OsProcess::killHard);
    long deadline = System.nanoTime() + KILL_TIMEOUT.toNanos();
    while (left.stream().anyMatch(OsProcess::alive) && System.nanoTime() < deadline) {
      Pause.ms(POLL_MS);
    }
  }

  private void awaitAll() {
    List<LabProcess> waiting = new ArrayList<>(processes);
    String last = "";
    while (!waiting.isEmpty()) {
      for (LabProcess process : List.copyOf(waiting)) {
        Optional<String> problem = process.problem();
        if (problem.isEmpty()) {
          waiting.remove(process);
          listener.onReady(process, elapsed());
        } else {
          process.failIfDead();
          last = process.title() + " " + process.name() + ": " + problem.get();
        }
      }
      if (!waiting.isEmpty()) {
        if (elapsed().compareTo(timeout) > 0) {
          throw new LabException(
              "the lab was not up after "
                  + timeout.toSeconds()
                  + " s; not ready: "
                  + waiting
                  + "; "
                  + last
                  + LogTail.describe(folder, waiting.get(0).processName()));
        }
        Pause.ms(POLL_MS);
      }
    }
  }

  /** The folders that an administrator makes on a new HDFS. */
  private void makeFolders(DaemonLauncher launcher) throws IOException {
    if (settings.secure()) {
      new Kerberos(folder, settings.ports()).makeFolders(launcher.classpath());
      return;
    }
    String user = System.getProperty("user.name");
    makeFolder("/tmp", "1777", user);
    makeFolder("/user/" + user, "755", user);
  }

  private void makeFolder(String path, String permission, String user) {
    Health.Answer answer =
        Health.request(
            "PUT",
            settings.network().master(),
            settings.ports().nameNodeHttp(),
            "/webhdfs/v1" + path + "?op=MKDIRS&permission=" + permission + "&user.name=" + user);
    if (!answer.ok()) {
      throw new LabException("cannot make the HDFS folder " + path + ": " + answer.text());
    }
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startedNs);
  }
}
