package org.millrace.am.yarn;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What the client decided and the master carries out; travels in the configuration archive.
 * Immutable.
 *
 * @param mainClass the program's main class
 * @param arguments of its {@code main}
 * @param programJars links of the program's jars, the program's own first
 * @param frameworkJars names of the framework's jars in class path order
 * @param commandLineSettings configuration that wins over the program's
 * @param siteSettings configuration over which the program's wins
 * @param stagingDirectory the application's directory on the cluster's file system
 * @param resources what executors get besides the configuration archive
 */
public record LaunchPlan(
    String mainClass,
    List<String> arguments,
    List<String> programJars,
    List<String> frameworkJars,
    Map<String, String> commandLineSettings,
    Map<String, String> siteSettings,
    String stagingDirectory,
    List<ContainerResource> resources) {

  private static final String MAIN_CLASS = "main.class";
  private static final String ARGUMENT = "argument.";
  private static final String PROGRAM_JAR = "program.jar.";
  private static final String FRAMEWORK_JAR = "framework.jar.";
  private static final String COMMAND_LINE = "command.line.";
  private static final String SITE = "site.";
  private static final String STAGING = "staging";
  private static final String RESOURCE = "resource.";

  public LaunchPlan {
    Objects.requireNonNull(mainClass, "mainClass");
    Objects.requireNonNull(stagingDirectory, "stagingDirectory");
    arguments = List.copyOf(arguments);
    programJars = List.copyOf(programJars);
    frameworkJars = List.copyOf(frameworkJars);
    commandLineSettings = Map.copyOf(commandLineSettings);
    siteSettings = Map.copyOf(siteSettings);
    resources = List.copyOf(resources);
  }

  /** Writes the plan; the stream stays open. */
  public void writeTo(OutputStream out) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(MAIN_CLASS, mainClass);
    properties.setProperty(STAGING, stagingDirectory);
    putList(properties, ARGUMENT, arguments);
    putList(properties, PROGRAM_JAR, programJars);
    putList(properties, FRAMEWORK_JAR, frameworkJars);
    putList(properties, RESOURCE, resources.stream().map(ContainerResource::text).toList());
    commandLineSettings.forEach((key, value) -> properties.setProperty(COMMAND_LINE + key, value));
    siteSettings.forEach((key, value) -> properties.setProperty(SITE + key, value));
    properties.store(out, null);
  }

  /** Reads what {@link #writeTo} wrote. */
  public static LaunchPlan readFrom(InputStream in) throws IOException {
    Properties properties = new Properties();
    properties.load(in);
    return new LaunchPlan(
        properties.getProperty(MAIN_CLASS),
        list(properties, ARGUMENT),
        list(properties, PROGRAM_JAR),
        list(properties, FRAMEWORK_JAR),
        map(properties, COMMAND_LINE),
        map(properties, SITE),
        properties.getProperty(STAGING),
        list(properties, RESOURCE).stream().map(ContainerResource::parse).toList());
  }

  private static void putList(Properties properties, String prefix, List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      properties.setProperty(prefix + i, values.get(i));
    }
  }

  private static List<String> list(Properties properties, String prefix) {
    List<String> values = new ArrayList<>();
    for (String value = properties.getProperty(prefix + 0);
        value != null;
        value = properties.getProperty(prefix + values.size())) {
      values.add(value);
    }
    return values;
  }

  private static Map<String, String> map(Properties properties, String prefix) {
    Map<String, String> values = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(prefix)) {
        values.put(name.substring(prefix.length()), properties.getProperty(name));
      }
    }
    return values;
  }
}
