package org.millrace.am.yarn;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.yarn.api.ApplicationConstants;

/**
 * The command that starts driver or executor in a container. Immutable.
 *
 * <p>The shell replaces itself ({@code exec}), so that signals reach the Java process. The entry
 * class checks the version of Java before anything that an older one could not load, which is why
 * unknown options of the virtual machine are ignored.
 *
 * @param mainClass what the process runs
 * @param role short name for the log files, {@code driver} or {@code executor}
 * @param frameworkJars names of the framework's jars in class path order
 * @param memory division of the container's memory
 * @param cores of the container
 * @param javaOptions more options, which the shell reads; empty for none
 * @param arguments of the main class; letters, digits and {@code -._:/} only
 */
public record JavaCommand(
    String mainClass,
    String role,
    List<String> frameworkJars,
    MemoryPlan memory,
    int cores,
    String javaOptions,
    List<String> arguments) {

  /** Checks the version of Java, then calls the main class that its first argument names. */
  public static final String ENTRY_CLASS = "org.millrace.launcher.Start";

  private static final long PARALLEL_COLLECTION_BYTES = 1792L << 20;

  public JavaCommand {
    frameworkJars = List.copyOf(frameworkJars);
    arguments = List.copyOf(arguments);
    for (String argument : arguments) {
      if (!argument.matches("[A-Za-z0-9._:/-]+")) {
        throw new IllegalArgumentException("'" + argument + "' would need quoting in a shell");
      }
    }
  }

  /** One line for the launch context of a container. */
  public String line() {
    List<String> words = new ArrayList<>();
    words.add("exec");
    words.add("${JAVA_HOME:+$JAVA_HOME/bin/}java");
    words.add("-XX:+IgnoreUnrecognizedVMOptions");
    words.add("-Xshare:auto");
    words.add(
        "-XX:SharedArchiveFile=" + ContainerLayout.FRAMEWORK + "/" + ContainerLayout.CLASS_DATA);
    words.add("-Xmx" + memory.heapMib() + "m");
    words.add("-XX:MaxDirectMemorySize=" + memory.directMib() + "m");
    words.add("-XX:ActiveProcessorCount=" + Math.max(2, cores));
    words.add(
        cores > 1 && memory.containerBytes() >= PARALLEL_COLLECTION_BYTES
            ? "-XX:+UseG1GC"
            : "-XX:+UseSerialGC");
    words.add("-XX:+ExitOnOutOfMemoryError");
    words.add("-Djava.io.tmpdir=./tmp");
    words.add("-Dlog4j.configuration=" + ContainerLayout.logConfiguration(role));
    words.add("-Dorg.millrace.log.dir=" + ApplicationConstants.LOG_DIR_EXPANSION_VAR);
    if (!javaOptions.isBlank()) {
      words.add(javaOptions.strip().replaceAll("\\R", " "));
    }
    words.add("-cp");
    words.add(ContainerLayout.classPath(frameworkJars));
    words.add(ENTRY_CLASS);
    words.add(mainClass);
    words.addAll(arguments);
    words.add("1>" + ApplicationConstants.LOG_DIR_EXPANSION_VAR + "/stdout");
    words.add("2>" + ApplicationConstants.LOG_DIR_EXPANSION_VAR + "/stderr");
    return String.join(" ", words);
  }
}
