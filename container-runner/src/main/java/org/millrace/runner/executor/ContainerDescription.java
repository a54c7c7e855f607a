package org.millrace.runner.executor;

import java.util.Objects;

/**
 * The container in which an executor runs, as the driver and the page see it. Immutable.
 *
 * @param name the cluster manager's name of the container; {@code local} in {@code local[n]}
 * @param host where other executors reach this one
 * @param cores task slots, at least 1
 * @param memoryBytes memory of the process, more than 0
 * @param javaVersion such as {@code 17.0.12}
 * @param processId operating system's number of the process
 * @param logUrl where the logs can be read, may be empty
 */
public record ContainerDescription(
    String name,
    String host,
    int cores,
    long memoryBytes,
    String javaVersion,
    long processId,
    String logUrl) {
  public ContainerDescription {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(javaVersion, "javaVersion");
    Objects.requireNonNull(logUrl, "logUrl");
    if (cores < 1) {
      throw new IllegalArgumentException("cores is " + cores + ", expected 1 or more");
    }
    if (memoryBytes < 1) {
      throw new IllegalArgumentException("memoryBytes is " + memoryBytes + ", expected 1 or more");
    }
  }
}
