package org.millrace.am.yarn;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.Resource;
import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.executor.DriverDirectory;

/**
 * How an executor's container is asked for and started. Immutable.
 *
 * @param settings as resolved by the driver
 * @param plan what the client decided
 * @param configuration the configuration archive, which the plan cannot name itself
 * @param driver host and port of the driver
 * @param epoch the attempt of the driver
 * @param environment that executors share with the master
 * @param tokens gives the credentials of now in Hadoop's form: the secret and the file system's
 *     tokens, never the master's own
 */
record ExecutorLaunch(
    Settings settings,
    LaunchPlan plan,
    ContainerResource configuration,
    String driver,
    long epoch,
    Map<String, String> environment,
    Supplier<ByteBuffer> tokens) {

  private static final String MAIN_CLASS = "org.millrace.runner.executor.adapter.ExecutorMain";

  ExecutorLaunch {
    environment = Map.copyOf(environment);
    Objects.requireNonNull(tokens, "tokens");
  }

  /** The size of a container. */
  Resource size() {
    return Resource.newInstance(memory().containerMib(), cores());
  }

  /** The label of the nodes, empty for the queue's default. */
  Optional<String> nodeLabel() {
    return settings.find(Keys.YARN_NODE_LABEL);
  }

  /** What the NodeManager gets to start the process of the container with this name. */
  ContainerLaunchContext context(String container) {
    Map<String, LocalResource> resources = new HashMap<>();
    plan.resources().forEach(resource -> resources.put(resource.link(), resource.toYarn()));
    resources.put(configuration.link(), configuration.toYarn());
    return ContainerLaunchContext.newInstance(
        resources, environmentOf(container), List.of(command().line()), null, tokens.get(), null);
  }

  JavaCommand command() {
    return new JavaCommand(
        MAIN_CLASS,
        "executor",
        plan.frameworkJars(),
        memory(),
        cores(),
        settings.find(Keys.EXECUTOR_JAVA_OPTIONS).orElse(""),
        List.of());
  }

  Map<String, String> environmentOf(String container) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("MILLRACE_CONTAINER", container);
    all.put("MILLRACE_DRIVER", driver);
    all.put("MILLRACE_EPOCH", Long.toString(epoch));
    all.put("MILLRACE_DRIVERS", DriverDirectory.within(plan.stagingDirectory()));
    all.put("MILLRACE_CORES", Integer.toString(cores()));
    all.put("MILLRACE_MEMORY_BYTES", Long.toString(memory().heapBytes()));
    all.put("MILLRACE_PROGRAM_JARS", String.join(":", plan.programJars()));
    return all;
  }

  private MemoryPlan memory() {
    return MemoryPlan.of(settings.get(Keys.EXECUTOR_MEMORY));
  }

  private int cores() {
    return settings.get(Keys.EXECUTOR_CORES);
  }
}
