package org.millrace.am.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.runner.conf.Key;
import org.millrace.runner.conf.Keys;
import picocli.CommandLine.Option;

/** The options of a submission that are configuration keys under another name. */
final class ClusterOptions {
  @Option(names = "--name", paramLabel = "NAME", description = "Name of the application.")
  private String name;

  @Option(
      names = "--queue",
      paramLabel = "QUEUE",
      description = "YARN queue; by default 'default'.")
  private String queue;

  @Option(names = "--tags", paramLabel = "TAGS", description = "YARN tags, separated by commas.")
  private String tags;

  @Option(names = "--priority", paramLabel = "N", description = "YARN priority; by default 0.")
  private String priority;

  @Option(
      names = "--driver-memory",
      paramLabel = "SIZE",
      description = "Memory of the driver's container, such as 512m or 2g; by default 1g.")
  private String driverMemory;

  @Option(names = "--driver-cores", paramLabel = "N", description = "Cores of the driver.")
  private String driverCores;

  @Option(
      names = "--num-executors",
      paramLabel = "N",
      description = "How many executors; by default 2.")
  private String executors;

  @Option(
      names = "--executor-memory",
      paramLabel = "SIZE",
      description = "Memory of an executor's container; by default 1g.")
  private String executorMemory;

  @Option(
      names = "--executor-cores",
      paramLabel = "N",
      description = "Task slots and cores of an executor; by default 1.")
  private String executorCores;

  @Option(
      names = "--node-label",
      paramLabel = "LABEL",
      description = "Node label of driver and executors.")
  private String nodeLabel;

  @Option(
      names = "--java-home",
      paramLabel = "DIR",
      description = "Java 17 or later on the nodes; by default the NodeManager's JAVA_HOME.")
  private String javaHome;

  @Option(names = "--attempts", paramLabel = "N", description = "Attempts of the driver.")
  private String attempts;

  @Option(
      names = "--attempt-validity",
      paramLabel = "TIME",
      description = "Failures of the driver that are older do not count, such as 1h.")
  private String attemptValidity;

  @Option(
      names = "--principal",
      paramLabel = "NAME",
      description = "Kerberos principal of an application that outlives its tokens; with --keytab.")
  private String principal;

  @Option(
      names = "--keytab",
      paramLabel = "FILE",
      description = "Keytab of the principal: copied to the driver's container and nowhere else.")
  private String keytab;

  /** The keys that were given by their option. */
  Map<String, String> given() {
    Map<String, String> given = new LinkedHashMap<>();
    put(given, Keys.APP_NAME, name);
    put(given, Keys.YARN_QUEUE, queue);
    put(given, Keys.YARN_TAGS, tags);
    put(given, Keys.YARN_PRIORITY, priority);
    put(given, Keys.DRIVER_MEMORY, driverMemory);
    put(given, Keys.DRIVER_CORES, driverCores);
    put(given, Keys.EXECUTOR_INSTANCES, executors);
    put(given, Keys.EXECUTOR_MEMORY, executorMemory);
    put(given, Keys.EXECUTOR_CORES, executorCores);
    put(given, Keys.YARN_NODE_LABEL, nodeLabel);
    put(given, Keys.YARN_JAVA_HOME, javaHome);
    put(given, Keys.YARN_ATTEMPTS, attempts);
    put(given, Keys.YARN_ATTEMPTS_VALIDITY, attemptValidity);
    put(given, Keys.YARN_PRINCIPAL, principal);
    put(given, Keys.YARN_KEYTAB, keytab);
    return given;
  }

  private static void put(Map<String, String> given, Key<?> key, String value) {
    if (value != null) {
      given.put(key.name(), value);
    }
  }
}
