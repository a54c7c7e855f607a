package org.millrace.runner.executor.adapter;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.executor.ContainerDescription;
import org.millrace.runner.executor.ExecutorSettings;
import org.millrace.runner.executor.ExecutorTiming;
import org.millrace.runner.wire.Address;

/**
 * What the process was started with: {@code --name value} on the command line, else the variables
 * that the application master sets for a container. Immutable.
 *
 * <pre>
 *  --driver host:port       MILLRACE_DRIVER
 *  --epoch n                MILLRACE_EPOCH
 *  --drivers uri            MILLRACE_DRIVERS; may be missing
 *  --container name         MILLRACE_CONTAINER
 *  --cores n                MILLRACE_CORES
 *  --memory-mb n            MILLRACE_MEMORY_BYTES, in bytes
 *  --user-classpath a:b     MILLRACE_PROGRAM_JARS; may be empty
 *  --host name              NM_HOST, else this host's name
 *  --log-url url            made of NM_HOST, NM_HTTP_PORT, CONTAINER_ID and USER
 * </pre>
 *
 * @param userJars of the program, in class path order
 * @param drivers where another driver would leave its address; empty when there will be none
 */
record ExecutorOptions(ExecutorSettings settings, List<Path> userJars, Optional<String> drivers) {

  private static final Set<String> NAMES =
      Set.of(
          "--driver",
          "--epoch",
          "--drivers",
          "--container",
          "--cores",
          "--memory-mb",
          "--user-classpath",
          "--host",
          "--log-url");
  private static final String ALL_ADDRESSES = "0.0.0.0";

  ExecutorOptions {
    userJars = List.copyOf(userJars);
  }

  /**
   * @throws MillraceException INVALID_ARGUMENT naming what is missing or wrong
   */
  static ExecutorOptions parse(String[] arguments, Map<String, String> environment) {
    Map<String, String> given = given(arguments);
    String name = required("--container", given, environment);
    String host =
        Optional.ofNullable(given.getOrDefault("--host", environment.get("NM_HOST")))
            .orElseGet(ExecutorOptions::localHost);
    long memoryBytes =
        given.containsKey("--memory-mb")
            ? number("--memory-mb", given.get("--memory-mb")) << 20
            : number("MILLRACE_MEMORY_BYTES", required("--memory-mb", given, environment));
    ContainerDescription container =
        new ContainerDescription(
            name,
            host,
            Math.toIntExact(number("--cores", required("--cores", given, environment))),
            memoryBytes,
            Runtime.version().toString(),
            ProcessHandle.current().pid(),
            given.getOrDefault("--log-url", logUrl(environment)));
    ExecutorSettings settings =
        new ExecutorSettings(
            container,
            new Address(ALL_ADDRESSES, 0),
            address(required("--driver", given, environment)),
            number("--epoch", required("--epoch", given, environment)),
            ExecutorTiming.DEFAULT);
    String jars =
        given.getOrDefault(
            "--user-classpath", environment.getOrDefault("MILLRACE_PROGRAM_JARS", ""));
    return new ExecutorOptions(
        settings,
        Arrays.stream(jars.split(":")).filter(jar -> !jar.isBlank()).map(Path::of).toList(),
        Optional.ofNullable(given.getOrDefault("--drivers", environment.get("MILLRACE_DRIVERS"))));
  }

  private static Map<String, String> given(String[] arguments) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!NAMES.contains(arguments[i]) || i + 1 == arguments.length) {
        throw invalid(
            "'%s' is no option with a value; expected some of %s"
                .formatted(arguments[i], NAMES.stream().sorted().toList()));
      }
      given.put(arguments[i], arguments[i + 1]);
    }
    return given;
  }

  private static String required(
      String option, Map<String, String> given, Map<String, String> environment) {
    String variable =
        option.equals("--memory-mb")
            ? "MILLRACE_MEMORY_BYTES"
            : "MILLRACE_" + option.substring(2).toUpperCase(Locale.ROOT);
    String value = given.getOrDefault(option, environment.get(variable));
    if (value == null || value.isBlank()) {
      throw invalid("neither %s nor %s is set".formatted(option, variable));
    }
    return value;
  }

  private static long number(String name, String text) {
    if (!text.matches("[1-9]\\d{0,17}")) {
      throw invalid("%s is '%s', expected a number above 0".formatted(name, text));
    }
    return Long.parseLong(text);
  }

  private static Address address(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
      throw invalid("--driver is '%s', expected host:port".formatted(text));
    }
    return new Address(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private static String logUrl(Map<String, String> environment) {
    List<String> names = List.of("NM_HOST", "NM_HTTP_PORT", "CONTAINER_ID", "USER");
    if (!environment.keySet().containsAll(names)) {
      return "";
    }
    Object[] values = names.stream().map(environment::get).toArray();
    return "http://%s:%s/node/containerlogs/%s/%s".formatted(values);
  }

  private static String localHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          "The executor cannot find the name of its host; give it with --host",
          e);
    }
  }

  private static MillraceException invalid(String what) {
    return new MillraceException(
        ErrorCode.INVALID_ARGUMENT,
        "The executor cannot start: " + what + "; executors are started by the driver");
  }
}
