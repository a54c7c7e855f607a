package org.millrace.testkit.chaos;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.millrace.am.cli.MillraceCommandLine;
import org.millrace.am.submit.Cluster;
import org.millrace.api.error.MillraceException;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabProcess;
import org.millrace.testkit.lab.ProgressListener;

/** Brings a lab, runs the chaos on it, and leaves the machine as it was. */
final class ChaosOnLab {
  private final ChaosSettings settings;
  private final Consumer<String> out;

  ChaosOnLab(ChaosSettings settings, Consumer<String> out) {
    this.settings = settings;
    this.out = out;
  }

  /** Returns the exit code. */
  int run() throws Exception {
    boolean existed = Lab.exists(settings.home());
    boolean wasUp = existed && runs(Lab.attach(settings.home()));
    out.accept(
        (wasUp ? "using the lab in " : "starting a lab in ")
            + settings.home()
            + "; seed "
            + settings.seed());
    boolean keep = existed;
    try {
      Lab.Builder builder = Lab.builder(settings.home());
      if (settings.separateNetworks()) {
        builder.separateNetworks();
      }
      Lab lab = builder.start(progress());
      boolean good = strike(lab);
      keep |= !good;
      return good ? MillraceCommandLine.EXIT_OK : MillraceCommandLine.EXIT_FAILED;
    } catch (MillraceException e) {
      keep |= !Thread.currentThread().isInterrupted();
      throw e;
    } finally {
      if (Lab.exists(settings.home())) {
        // Whoever broke off interrupted this thread; the end must not be interrupted.
        Thread.interrupted();
        end(Lab.attach(settings.home()), wasUp, keep);
      }
    }
  }

  private static boolean runs(Lab lab) {
    return lab.processes().stream().anyMatch(each -> each.state() != LabProcess.State.DEAD);
  }

  private boolean strike(Lab lab) throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    URL configuration = lab.configurationDirectory().toUri().toURL();
    String directory = "/millrace-chaos/" + System.currentTimeMillis();
    Path work = Files.createDirectories(lab.home().resolve("chaos"));
    try (URLClassLoader withLab = new URLClassLoader(new URL[] {configuration}, before)) {
      Thread.currentThread().setContextClassLoader(withLab);
      try (Cluster cluster = Cluster.connect();
          HdfsOutputs outputs = HdfsOutputs.in(lab, directory + "/out");
          ChaosRun run = new ChaosRun(settings, lab, cluster, outputs, directory, work, out)) {
        return run.run();
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private void end(Lab lab, boolean wasUp, boolean keep) {
    if (wasUp) {
      Lab.builder(settings.home()).start(ProgressListener.silent());
      out.accept("the lab in " + settings.home() + " stays up; its logs are in " + lab.logs());
    } else if (keep) {
      Path logs = lab.logs();
      lab.downKeepingData();
      out.accept(
          "the lab is down; logs are in "
              + logs
              + ", data stays in "
              + settings.home()
              + " (bin/millrace lab up --home "
              + settings.home()
              + " brings it back, lab down deletes it)");
    } else {
      lab.down();
      out.accept("the lab is down, its folder is deleted");
    }
  }

  private ProgressListener progress() {
    return new ProgressListener() {
      @Override
      public void onReady(LabProcess process, Duration elapsed) {}

      @Override
      public void onNote(String note) {
        out.accept("  " + note);
      }
    };
  }
}
