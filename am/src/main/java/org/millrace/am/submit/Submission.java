package org.millrace.am.submit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.millrace.runner.conf.Settings;

/**
 * What the user wants to run. Immutable.
 *
 * @param mainClass name of the class whose {@code main} is the program
 * @param programJar the program's jar, local
 * @param arguments of the program
 * @param jars more jars of the program: local paths or URIs of the cluster's file system
 * @param files to put into each container, in the same form; {@code path#name} renames
 * @param archives to unpack in each container, in the same form
 * @param commandLine configuration that wins over the program's own
 * @param site configuration over which the program's own wins
 */
public record Submission(
    String mainClass,
    Path programJar,
    List<String> arguments,
    List<String> jars,
    List<String> files,
    List<String> archives,
    Map<String, String> commandLine,
    Map<String, String> site) {

  public Submission {
    Objects.requireNonNull(mainClass, "mainClass");
    Objects.requireNonNull(programJar, "programJar");
    arguments = List.copyOf(arguments);
    jars = List.copyOf(jars);
    files = List.copyOf(files);
    archives = List.copyOf(archives);
    commandLine = Map.copyOf(commandLine);
    site = Map.copyOf(site);
  }

  /** The configuration as far as the client knows it: the program's own part is missing. */
  public Settings settings() {
    return Settings.resolve(commandLine, site);
  }
}
