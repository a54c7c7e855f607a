package org.millrace.testkit.lab;

import java.util.List;

/** What a process of the lab is in Hadoop. Heap sizes are enough for a lab, not for work. */
enum Role {
  NAME_NODE("nn", "NameNode", "org.apache.hadoop.hdfs.server.namenode.NameNode", 256),
  DATA_NODE("dn", "DataNode", "org.apache.hadoop.hdfs.server.datanode.DataNode", 128),
  RESOURCE_MANAGER(
      "rm",
      "ResourceManager",
      "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager",
      384),
  NODE_MANAGER("nm", "NodeManager", "org.apache.hadoop.yarn.server.nodemanager.NodeManager", 256);

  /** The roles in the order in which the others need them. */
  static final List<Role> START_ORDER =
      List.of(RESOURCE_MANAGER, NAME_NODE, NODE_MANAGER, DATA_NODE);

  private final String prefix;
  private final String title;
  private final String mainClass;
  private final int heapMb;

  Role(String prefix, String title, String mainClass, int heapMb) {
    this.prefix = prefix;
    this.title = title;
    this.mainClass = mainClass;
    this.heapMb = heapMb;
  }

  String prefix() {
    return prefix;
  }

  String title() {
    return title;
  }

  String mainClass() {
    return mainClass;
  }

  int heapMb() {
    return heapMb;
  }

  /** Whether a lab has exactly one process of this role. */
  boolean single() {
    return this == NAME_NODE || this == RESOURCE_MANAGER;
  }
}
