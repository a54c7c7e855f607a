package org.millrace.testkit.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LabException;
import org.millrace.testkit.lab.LabProcess;

/** Breaks a process and mends it. Thread-safe for faults that hit different processes. */
final class Injector {
  /** Under load a NameNode reads an hour's log for minutes. */
  private static final Duration COMES_BACK = Duration.ofMinutes(4);

  private final Lab lab;
  private final ChaosApplication application;

  Injector(Lab lab, ChaosApplication application) {
    this.lab = lab;
    this.application = application;
  }

  /** A process that is broken; {@link #mend} waits as long as the fault says. */
  interface Broken {
    /** What was hit and how, for people. */
    String what();

    /** Returns when it serves again, or when nothing is to be done. */
    void mend() throws InterruptedException;
  }

  /** Empty when no process of the kind lives. */
  Optional<Broken> inject(Fault fault) {
    return switch (fault.kind().target()) {
      case DRIVER -> application.driver().map(driver -> container("driver", driver, fault));
      case EXECUTOR ->
          pick(application.executors(), fault)
              .map(executor -> container("executor", executor, fault));
      case NODE_MANAGER -> server("nm", fault);
      case DATA_NODE -> server("dn", fault);
      case RESOURCE_MANAGER -> server("rm", fault);
      case NAME_NODE -> server("nn", fault);
      case NODE -> Optional.of(node(1 + fault.which() % lab.nodes(), fault));
      case APPLICATION -> throw new IllegalArgumentException(fault + " is not for processes");
    };
  }

  private static Broken container(String role, LabContainer container, Fault fault) {
    String name = role + " " + container.containerId();
    if (fault.kind().means() == FaultKind.Means.KILL) {
      container.kill();
      return broken("killed " + name, () -> {});
    }
    container.pause();
    return broken(
        "paused " + name + seconds(fault.holdMs()),
        () -> {
          try {
            Thread.sleep(fault.holdMs());
          } finally {
            resume(container);
          }
        });
  }

  /** YARN may have killed it while it was frozen. */
  private static void resume(LabContainer container) {
    try {
      container.resume();
    } catch (LabException e) {
      if (container.alive()) {
        throw e;
      }
    }
  }

  private Optional<Broken> server(String prefix, Fault fault) {
    List<LabProcess> living =
        lab.processes().stream()
            .filter(process -> process.name().startsWith(prefix))
            .filter(process -> process.state() == LabProcess.State.RUNNING)
            .toList();
    return pick(living, fault).map(process -> server(process, fault));
  }

  private static Broken server(LabProcess process, Fault fault) {
    String name = process.title() + " " + process.name();
    if (fault.kind().means() == FaultKind.Means.KILL) {
      process.kill();
      return broken(
          "killed " + name + ", back" + seconds(fault.holdMs()),
          () -> {
            Thread.sleep(fault.holdMs());
            process.start(COMES_BACK);
          });
    }
    process.pause();
    return broken(
        "paused " + name + seconds(fault.holdMs()),
        () -> {
          try {
            Thread.sleep(fault.holdMs());
          } finally {
            process.resume();
          }
        });
  }

  private Broken node(int node, Fault fault) {
    lab.cut(node);
    return broken(
        "cut node " + node + " off for" + seconds(fault.holdMs()),
        () -> {
          try {
            Thread.sleep(fault.holdMs());
          } finally {
            lab.join(node);
          }
        });
  }

  private static <T> Optional<T> pick(List<T> living, Fault fault) {
    return living.isEmpty()
        ? Optional.empty()
        : Optional.of(living.get(fault.which() % living.size()));
  }

  private static String seconds(long ms) {
    return String.format(Locale.ROOT, " %.1f s", ms / 1e3);
  }

  /** What mending does. */
  private interface Mending {
    void run() throws InterruptedException;
  }

  private static Broken broken(String what, Mending mending) {
    return new Broken() {
      @Override
      public String what() {
        return what;
      }

      @Override
      public void mend() throws InterruptedException {
        mending.run();
      }
    };
  }
}
