package org.millrace.am.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import org.millrace.am.FailureLine;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code millrace COMMAND ...} with all commands that the class path offers. Owned by the thread
 * that runs the command.
 *
 * <p>Exit codes: 0 done, 1 the command failed, 2 the command line or the configuration is wrong.
 */
public final class MillraceCommandLine {
  /** The exit code of a command that did what it was asked for. */
  public static final int EXIT_OK = 0;

  /** The exit code of a command that failed. */
  public static final int EXIT_FAILED = 1;

  /** The exit code of a command that could not start, because it was called in a wrong way. */
  public static final int EXIT_USAGE = 2;

  private final CommandLine commandLine;

  private MillraceCommandLine(CommandLine commandLine) {
    this.commandLine = commandLine;
  }

  /** The command line with every {@link CliCommand} that the class loader's services name. */
  public static MillraceCommandLine withServices(ClassLoader loader) {
    List<CliCommand> commands = new ArrayList<>();
    ServiceLoader.load(CliCommand.class, loader).forEach(commands::add);
    return of(commands);
  }

  /** The command line with these commands, listed in the order of their names. */
  public static MillraceCommandLine of(List<? extends CliCommand> commands) {
    CommandLine root = new CommandLine(new Root());
    commands.stream()
        .map(MillraceCommandLine::parserOf)
        .sorted(Comparator.comparing(CommandLine::getCommandName))
        .forEach(command -> root.addSubcommand(command.getCommandName(), command));
    root.setExitCodeExceptionMapper(MillraceCommandLine::exitCodeOf);
    root.setParameterExceptionHandler(MillraceCommandLine::onBadArguments);
    root.setExecutionExceptionHandler(MillraceCommandLine::onFailure);
    root.setUsageHelpAutoWidth(true);
    root.setAbbreviatedOptionsAllowed(false);
    return new MillraceCommandLine(root);
  }

  private static CommandLine parserOf(CliCommand command) {
    return new CommandLine(command).setStopAtPositional(command.endsWithProgram());
  }

  /** Writes to these instead of the standard streams. */
  public MillraceCommandLine writingTo(PrintWriter out, PrintWriter err) {
    commandLine.setOut(out);
    commandLine.setErr(err);
    return this;
  }

  /** Runs the command that the arguments name and returns the exit code; throws nothing. */
  public int execute(String... arguments) {
    int code;
    try {
      code = commandLine.execute(arguments);
    } catch (Error failure) {
      // The parser handles exceptions only; a class that is missing is an Error.
      commandLine.getErr().println("millrace: " + FailureLine.of(failure));
      if (verbose(commandLine)) {
        failure.printStackTrace(commandLine.getErr());
      }
      code = EXIT_FAILED;
    }
    commandLine.getOut().flush();
    commandLine.getErr().flush();
    return code;
  }

  private static int exitCodeOf(Throwable failure) {
    return failure instanceof ParameterException
            || (failure instanceof MillraceException ours && isUsage(ours.code()))
        ? EXIT_USAGE
        : EXIT_FAILED;
  }

  private static boolean isUsage(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT,
          UNKNOWN_CONFIGURATION_KEY,
          INVALID_CONFIGURATION_VALUE,
          NO_SUCH_CLASS,
          NO_SUCH_JAR ->
          true;
      default -> false;
    };
  }

  private static int onBadArguments(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("millrace: " + FailureLine.oneLine(failure.getMessage()));
    if (failure instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        err.println("Did you mean: " + String.join(" or ", suggestions) + "?");
      }
    }
    err.println("See '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
    if (verbose(command)) {
      failure.printStackTrace(err);
    }
    return EXIT_USAGE;
  }

  private static int onFailure(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    err.println("millrace: " + FailureLine.of(failure));
    if (verbose(command)) {
      failure.printStackTrace(err);
    } else if (!(failure instanceof MillraceException)) {
      err.println("The option --verbose shows where this comes from.");
    }
    return exitCodeOf(failure);
  }

  private static boolean verbose(CommandLine command) {
    CommandLine top = command;
    while (top.getParent() != null) {
      top = top.getParent();
    }
    return top.getCommand() instanceof Root root && root.verbose;
  }

  /** The version that the build wrote into the jar. */
  private static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = MillraceCommandLine.class.getPackage().getImplementationVersion();
      return new String[] {
        "millrace " + Objects.requireNonNullElse(version, "of classes that are in no jar"),
        "Java " + Runtime.version()
      };
    }
  }

  @Command(
      name = "millrace",
      description = "Stream processing that runs natively on Hadoop YARN and HDFS.",
      synopsisSubcommandLabel = "COMMAND",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      footer = {
        "",
        "Exit codes: 0 done, 1 failed, 2 wrong command line or configuration.",
        "'millrace COMMAND --help' explains a command."
      })
  private static final class Root implements Runnable {
    @Spec private CommandSpec spec;

    @Option(
        names = "--verbose",
        scope = ScopeType.INHERIT,
        description = "Show the stack trace of a failure.")
    private boolean verbose;

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "no command given");
    }
  }
}
