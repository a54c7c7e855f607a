package org.millrace.am.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.millrace.am.submit.ApplicationStatus;
import org.millrace.am.submit.Cluster;
import org.millrace.am.submit.Keytab;
import org.millrace.am.submit.ProgressLines;
import org.millrace.am.submit.Submission;
import org.millrace.am.submit.Watch;
import org.millrace.am.submit.adapter.ThreadPause;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.SystemRandomness;
import org.millrace.runner.conf.Key;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace submit}: runs a program on the cluster. */
@Command(
    name = "submit",
    description = "Run a program on YARN.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The command returns when the driver runs; with --wait, when the application has ended, with"
          + " its outcome as exit code; with --detach, as soon as YARN has the application.",
      "",
      "Example: millrace submit --class org.example.WordCount --num-executors 2 app.jar host 9999"
    })
public final class SubmitCommand implements CliCommand {
  @Spec private CommandSpec spec;

  @Option(
      names = "--class",
      required = true,
      paramLabel = "CLASS",
      description = "The class whose main method is the program.")
  private String mainClass;

  @Mixin private final ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--jars",
      split = ",",
      paramLabel = "JAR",
      description = "More jars of the program, separated by commas: paths or hdfs: URIs.")
  private List<String> jars = new ArrayList<>();

  @Option(
      names = "--files",
      split = ",",
      paramLabel = "FILE",
      description = "Files put into the working directory of each container; FILE#NAME renames.")
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--archives",
      split = ",",
      paramLabel = "FILE",
      description = "Archives (.zip, .jar, .tar.gz) unpacked there; FILE#NAME renames.")
  private List<String> archives = new ArrayList<>();

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description = "A configuration key, see docs/configuration.md; may be repeated.")
  private Map<String, String> conf = new LinkedHashMap<>();

  @Option(
      names = "--properties-file",
      paramLabel = "FILE",
      description = "More configuration keys; --conf wins over it.")
  private Path propertiesFile;

  @Option(
      names = "--allow-dropped-state",
      description =
          "Go on from a checkpoint although it holds state or unprocessed input that the program"
              + " does not have any more, or has changed; that is given up.")
  private boolean allowDroppedState;

  @ArgGroup private Waiting waiting = new Waiting();

  @Parameters(index = "0", paramLabel = "APP.JAR", description = "The program's jar.")
  private Path programJar;

  @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of the program.")
  private List<String> arguments = new ArrayList<>();

  /** How long the command stays. */
  static final class Waiting {
    @Option(names = "--wait", description = "Stay until the application has ended.")
    private boolean untilOver;

    @Option(names = "--detach", description = "Return as soon as YARN has the application.")
    private boolean detach;
  }

  @Override
  public boolean endsWithProgram() {
    return true;
  }

  @Override
  public Integer call() {
    SystemClock clock = new SystemClock();
    ProgressLines progress = new ProgressLines(spec.commandLine().getOut(), clock);
    Installation installation = Installation.ofThisProcess();
    Submission submission = submission(installation);
    try (Cluster yarn = Cluster.connect(Keytab.of(submission.settings()))) {
      String id =
          yarn.submit(submission, installation.clientFiles(), SystemRandomness.secure(), progress);
      if (waiting.detach) {
        return MillraceCommandLine.EXIT_OK;
      }
      Watch watch = new Watch(yarn, id, clock, new ThreadPause(), progress);
      ApplicationStatus status = waiting.untilOver ? watch.untilOver() : watch.untilRunning();
      return status.isRunning() || status.isSucceeded()
          ? MillraceCommandLine.EXIT_OK
          : MillraceCommandLine.EXIT_FAILED;
    }
  }

  Submission submission(Installation installation) {
    Map<String, String> commandLine = new LinkedHashMap<>();
    if (propertiesFile != null) {
      commandLine.putAll(Installation.properties(propertiesFile));
    }
    commandLine.putAll(conf);
    commandLine.putAll(cluster.given());
    if (allowDroppedState) {
      commandLine.put(Keys.CHECKPOINT_ALLOW_DROPPED_STATE.name(), "true");
    }
    String master = commandLine.getOrDefault(Keys.MASTER.name(), "yarn");
    if (!master.equals("yarn")) {
      throw new MillraceException(
          ErrorCode.INVALID_CONFIGURATION_VALUE,
          "%s is '%s', but submit runs programs on yarn; leave it away"
              .formatted(Keys.MASTER.name(), master));
    }
    commandLine.put(Keys.MASTER.name(), master);
    Map<String, String> site = installation.siteSettings();
    Settings settings = Settings.resolve(commandLine, site);
    return new Submission(
        mainClass,
        programJar,
        arguments,
        either(jars, settings, Keys.JARS),
        either(files, settings, Keys.FILES),
        either(archives, settings, Keys.ARCHIVES),
        commandLine,
        site);
  }

  /** An option, or else the key that says the same. */
  private static List<String> either(List<String> option, Settings settings, Key<String> key) {
    if (!option.isEmpty()) {
      return option;
    }
    return Pattern.compile(",")
        .splitAsStream(settings.find(key).orElse(""))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }
}
