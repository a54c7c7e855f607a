package org.millrace.am.yarn;

import java.util.Objects;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;

/**
 * How a container ended. Immutable.
 *
 * @param exitStatus of its process, or one of YARN's own numbers below 0
 * @param diagnostics what the NodeManager says about it, may be empty
 */
record ContainerEnd(int exitStatus, String diagnostics) {
  private static final int LONGEST_DIAGNOSTICS = 400;
  private static final int SIGNALLED = 128;

  ContainerEnd {
    Objects.requireNonNull(diagnostics, "diagnostics");
  }

  /** Whether the process or its launch failed, rather than the node, or YARN taking it away. */
  boolean isOwnFailure() {
    return switch (exitStatus) {
      case ContainerExitStatus.SUCCESS,
          ContainerExitStatus.ABORTED,
          ContainerExitStatus.PREEMPTED,
          ContainerExitStatus.KILLED_BY_RESOURCEMANAGER,
          ContainerExitStatus.KILLED_BY_APPMASTER,
          ContainerExitStatus.KILLED_AFTER_APP_COMPLETION ->
          false;
      default -> true;
    };
  }

  /** One line for users. */
  String reason() {
    String what =
        switch (exitStatus) {
          case ContainerExitStatus.SUCCESS -> "the process ended by itself";
          case ContainerExitStatus.ABORTED -> "its node was lost or the container was given back";
          case ContainerExitStatus.PREEMPTED -> "preempted by the scheduler";
          case ContainerExitStatus.DISKS_FAILED -> "the disks of its node failed";
          case ContainerExitStatus.KILLED_EXCEEDED_PMEM, ContainerExitStatus.KILLED_EXCEEDED_VMEM ->
              "killed by YARN because it used more memory than asked for; raise"
                  + " millrace.executor.memory";
          case ContainerExitStatus.KILLED_BY_RESOURCEMANAGER -> "killed by the ResourceManager";
          case ContainerExitStatus.KILLED_BY_APPMASTER -> "given back by the driver";
          default ->
              exitStatus > SIGNALLED
                  ? "killed by signal " + (exitStatus - SIGNALLED)
                  : "exit status " + exitStatus;
        };
    String detail = firstLines();
    return detail.isEmpty() || !isOwnFailure() ? what : what + ": " + detail;
  }

  private String firstLines() {
    String text = diagnostics.strip().replaceAll("\\s*\\R\\s*", " ");
    return text.length() <= LONGEST_DIAGNOSTICS
        ? text
        : text.substring(0, LONGEST_DIAGNOSTICS) + "...";
  }
}
