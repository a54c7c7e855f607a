package org.millrace.testkit.lab;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.millrace.am.cli.CliCommand;
import org.millrace.am.cli.MillraceCommandLine;
import org.millrace.testkit.chaos.ChaosCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code lab up | status | env | restart | kill | pause | resume | cut | join | chaos | down}. */
@Command(
    name = "lab",
    mixinStandardHelpOptions = true,
    subcommands = ChaosCommand.class,
    description = "A real Hadoop on this machine: HDFS and YARN as processes on loopback.")
public final class LabCommand implements CliCommand {
  @Spec private CommandSpec spec;

  @Option(
      names = "--home",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:MILLRACE_LAB_HOME:-${sys:user.home}/.millrace/lab}",
      description = "The lab's own folder (default: ~/.millrace/lab, or $MILLRACE_LAB_HOME).")
  private Path home;

  /** The lab's own folder. */
  public Path home() {
    return home;
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "say what the lab should do");
  }

  @Command(
      name = "up",
      mixinStandardHelpOptions = true,
      description = "Starts the lab, or what is missing of it, and waits until it serves.")
  int up(
      @Option(names = "--data-nodes", paramLabel = "N", description = "Default: 3.")
          Integer dataNodes,
      @Option(names = "--node-managers", paramLabel = "N", description = "Default: 2.")
          Integer nodeManagers,
      @Option(
              names = "--network",
              paramLabel = "KIND",
              description =
                  "loopback; or namespaces: each node has a network of its own that can be cut"
                      + " (Linux, needs root and iproute2). Default: loopback.")
          String network,
      @Option(
              names = "--set",
              paramLabel = "KEY=VALUE",
              description = "A Hadoop setting for servers and clients; may be given again.")
          Map<String, String> settings,
      @Option(
              names = "--timeout",
              paramLabel = "SECONDS",
              defaultValue = "120",
              description = "How long the start may take (default: ${DEFAULT-VALUE}).")
          int timeoutSeconds) {
    return run(
        out -> {
          Lab.Builder builder = Lab.builder(home).timeout(Duration.ofSeconds(timeoutSeconds));
          if (dataNodes != null) {
            builder.dataNodes(dataNodes);
          }
          if (nodeManagers != null) {
            builder.nodeManagers(nodeManagers);
          }
          if (network != null && LabNetwork.Kind.of(network) == LabNetwork.Kind.NAMESPACES) {
            builder.separateNetworks();
          }
          new TreeMap<>(settings == null ? Map.of() : settings).forEach(builder::set);
          Lab lab = builder.start(new TerminalProgress(out));
          out.println("YARN  " + lab.webAddress("rm") + "cluster");
          out.println("HDFS  " + lab.webAddress("nn") + "  " + lab.fileSystem());
          out.println("export HADOOP_CONF_DIR=" + lab.configurationDirectory());
        });
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Shows each process; status 1 when one is not running.")
  int status() {
    return run(
        out -> {
          Lab lab = Lab.attach(home);
          new StatusTable(lab, Instant.now()).lines().forEach(out::println);
          out.println(lab.containers().size() + " YARN containers run");
          for (LabProcess process : lab.processes()) {
            if (process.state() != LabProcess.State.RUNNING) {
              throw new LabException("the lab is not whole; start what is missing with: lab up");
            }
          }
        });
  }

  @Command(
      name = "env",
      mixinStandardHelpOptions = true,
      description = "Prints the variables for clients: eval \"$(millrace lab env)\".")
  int env() {
    return run(
        out -> {
          Lab lab = Lab.attach(home);
          out.println("export HADOOP_CONF_DIR='" + lab.configurationDirectory() + "'");
          out.println("export JAVA_HOME='" + System.getProperty("java.home") + "'");
        });
  }

  @Command(
      name = "restart",
      mixinStandardHelpOptions = true,
      description = "Ends a process in the orderly way, if it lives, and starts it again.")
  int restart(@Parameters(paramLabel = "P", description = "nn, dn1, rm, nm1, ...") String process) {
    return onProcess(process, "is up again", LabProcess::restart);
  }

  @Command(
      name = "kill",
      mixinStandardHelpOptions = true,
      description = "Ends a process at once, as kill -9.")
  int kill(@Parameters(paramLabel = "P", description = "nn, dn1, rm, nm1, ...") String process) {
    return onProcess(process, "is dead", LabProcess::kill);
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Freezes a process; its connections stay open and silent.")
  int pause(@Parameters(paramLabel = "P", description = "nn, dn1, rm, nm1, ...") String process) {
    return onProcess(process, "is paused", LabProcess::pause);
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Lets a paused process go on.")
  int resume(@Parameters(paramLabel = "P", description = "nn, dn1, rm, nm1, ...") String process) {
    return onProcess(process, "goes on", LabProcess::resume);
  }

  @Command(
      name = "cut",
      mixinStandardHelpOptions = true,
      description =
          "Cuts the network of a node: DataNode, NodeManager and containers of this number. Of a"
              + " lab with --network namespaces.")
  int cut(@Parameters(paramLabel = "N", description = "1, 2, ...") int node) {
    return run(
        out -> {
          Lab.attach(home).cut(node);
          out.println("node " + node + " is cut off");
        });
  }

  @Command(name = "join", mixinStandardHelpOptions = true, description = "Ends what 'lab cut' did.")
  int join(@Parameters(paramLabel = "N", description = "1, 2, ...") int node) {
    return run(
        out -> {
          Lab.attach(home).join(node);
          out.println("node " + node + " is back");
        });
  }

  @Command(
      name = "down",
      mixinStandardHelpOptions = true,
      description = "Ends all processes, YARN containers too, and deletes the lab's folder.")
  int down(
      @Option(
              names = "--keep-data",
              description = "Keeps the folder; the next up goes on as after a power cut.")
          boolean keepData) {
    return run(
        out -> {
          if (!Lab.exists(home)) {
            out.println("there is no lab in " + home);
            return;
          }
          Lab lab = Lab.attach(home);
          if (keepData) {
            lab.downKeepingData();
          } else {
            lab.down();
          }
          out.println("the lab is down" + (keepData ? "; its data is in " + lab.home() : ""));
        });
  }

  private int onProcess(String name, String done, Consumer<LabProcess> action) {
    return run(
        out -> {
          Lab lab = Lab.attach(home);
          if (lab.processes().stream().noneMatch(process -> process.name().equals(name))) {
            throw new ParameterException(
                spec.commandLine(),
                "the lab has no process '" + name + "'; it has " + lab.processes());
          }
          LabProcess process = lab.process(name);
          action.accept(process);
          out.println(process.title() + " " + name + " " + done);
        });
  }

  /** Prints a lab's error with all its lines: the end of a log says more than one line can. */
  private int run(Consumer<PrintWriter> action) {
    PrintWriter out = spec.commandLine().getOut();
    try {
      action.accept(out);
      return MillraceCommandLine.EXIT_OK;
    } catch (LabException e) {
      spec.commandLine().getErr().println("millrace: " + e.getMessage());
      return MillraceCommandLine.EXIT_FAILED;
    } finally {
      out.flush();
      spec.commandLine().getErr().flush();
    }
  }
}
