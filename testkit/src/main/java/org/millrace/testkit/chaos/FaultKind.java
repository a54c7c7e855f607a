package org.millrace.testkit.chaos;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is broken, and how. */
enum FaultKind {
  KILL_DRIVER(Target.DRIVER, Means.KILL),
  PAUSE_DRIVER(Target.DRIVER, Means.PAUSE),
  KILL_EXECUTOR(Target.EXECUTOR, Means.KILL),
  PAUSE_EXECUTOR(Target.EXECUTOR, Means.PAUSE),
  KILL_NODEMANAGER(Target.NODE_MANAGER, Means.KILL),
  PAUSE_NODEMANAGER(Target.NODE_MANAGER, Means.PAUSE),
  KILL_DATANODE(Target.DATA_NODE, Means.KILL),
  PAUSE_DATANODE(Target.DATA_NODE, Means.PAUSE),
  KILL_RESOURCEMANAGER(Target.RESOURCE_MANAGER, Means.KILL),
  PAUSE_RESOURCEMANAGER(Target.RESOURCE_MANAGER, Means.PAUSE),
  KILL_NAMENODE(Target.NAME_NODE, Means.KILL),
  PAUSE_NAMENODE(Target.NAME_NODE, Means.PAUSE),
  /** DataNode, NodeManager and containers are alive and reach nobody. */
  CUT_NODE(Target.NODE, Means.CUT),
  /** Another program goes on from the checkpoint. */
  UPGRADE(Target.APPLICATION, Means.REPLACE);

  /** What it hits. */
  enum Target {
    DRIVER,
    EXECUTOR,
    NODE_MANAGER,
    DATA_NODE,
    RESOURCE_MANAGER,
    NAME_NODE,
    NODE,
    APPLICATION
  }

  /** How it hits. */
  enum Means {
    KILL,
    PAUSE,
    CUT,
    REPLACE
  }

  private final Target target;
  private final Means means;

  FaultKind(Target target, Means means) {
    this.target = target;
    this.means = means;
  }

  Target target() {
    return target;
  }

  Means means() {
    return means;
  }

  /** As in {@code --faults}. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static FaultKind of(String text) {
    return Stream.of(values())
        .filter(kind -> kind.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no fault '" + text + "'; there are " + names()));
  }

  static String names() {
    return Stream.of(values()).map(FaultKind::text).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return text();
  }
}
