package org.millrace.am.cli;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.executor.adapter.UserClassLoader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace run-example}: runs one of the programs that come with Millrace. */
@Command(
    name = "run-example",
    description = "Run one of the examples, by default in this process.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: millrace run-example network-word-count localhost 9999"})
public final class RunExampleCommand implements CliCommand {
  private static final String DRIVER = "org.millrace.examples.ExampleDriver";
  private static final String JAR = "millrace-examples.jar";

  @Spec private CommandSpec spec;

  @Option(
      names = "--master",
      defaultValue = "local[2]",
      paramLabel = "MASTER",
      description = "local[n], or yarn to submit it and wait; by default ${DEFAULT-VALUE}.")
  private String master;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "Name of the example; without one they are listed.")
  private String name;

  @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of the example.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public boolean endsWithProgram() {
    return true;
  }

  @Override
  public Integer call() throws Exception {
    Path jar = Installation.ofThisProcess().home().resolve(JAR);
    try (UserClassLoader loader =
        UserClassLoader.over(List.of(jar), Thread.currentThread().getContextClassLoader())) {
      Class<?> driver = loader.loadClass(DRIVER);
      Object program =
          name == null ? null : driver.getMethod("programOf", String.class).invoke(null, name);
      if (master.equals("yarn") && program != null) {
        return submit(program.toString(), jar);
      }
      System.setProperty(Keys.MASTER.name(), master);
      Thread.currentThread().setContextClassLoader(loader);
      List<String> all = new ArrayList<>();
      if (name != null) {
        all.add(name);
      }
      all.addAll(arguments);
      driver.getMethod("main", String[].class).invoke(null, (Object) all.toArray(String[]::new));
      return MillraceCommandLine.EXIT_OK;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception failure) {
        throw failure;
      }
      throw e;
    } catch (ClassNotFoundException | IOException e) {
      throw new MillraceException(ErrorCode.NO_SUCH_JAR, "There are no examples in " + jar, e);
    }
  }

  private int submit(String program, Path jar) {
    List<String> command =
        new ArrayList<>(List.of("submit", "--wait", "--class", program, jar.toString()));
    command.addAll(arguments);
    return spec.commandLine().getParent().execute(command.toArray(String[]::new));
  }
}
