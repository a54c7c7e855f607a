package org.millrace.testkit.lab;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What a lab consists of; kept in its folder, so that every later command sees the same lab. */
record LabSettings(
    int nodeMemoryMb,
    int nodeCores,
    LabPorts ports,
    Map<String, String> hadoopSettings,
    LabNetwork network) {
  private static final String HADOOP_PREFIX = "hadoop.";

  LabSettings {
    if (ports.dataNodes() < 1 || ports.dataNodes() > 16) {
      throw new LabException(
          "a lab has 1 to 16 DataNodes, not " + ports.dataNodes() + "; give another number");
    }
    if (ports.nodeManagers() < 1 || ports.nodeManagers() > 16) {
      throw new LabException(
          "a lab has 1 to 16 NodeManagers, not " + ports.nodeManagers() + "; give another number");
    }
    if (nodeMemoryMb < 256 || nodeCores < 1) {
      throw new LabException(
          "a NodeManager offers at least 256 MB and 1 core, not "
              + nodeMemoryMb
              + " MB and "
              + nodeCores
              + " cores");
    }
    hadoopSettings = Map.copyOf(hadoopSettings);
    if (network.kind() == LabNetwork.Kind.NAMESPACES && Kerberos.isOn(hadoopSettings)) {
      throw new LabException(
          "a secure lab has its principals on localhost; it cannot have network namespaces");
    }
  }

  /** All on loopback. */
  LabSettings(int nodeMemoryMb, int nodeCores, LabPorts ports, Map<String, String> hadoopSettings) {
    this(
        nodeMemoryMb,
        nodeCores,
        ports,
        hadoopSettings,
        new LabNetwork(LabNetwork.Kind.LOOPBACK, ports.base()));
  }

  /** How many nodes there are: the DataNode and the NodeManager of one number are one. */
  int nodes() {
    return Math.max(ports.dataNodes(), ports.nodeManagers());
  }

  /** Whether servers and clients prove with Kerberos who they are. */
  boolean secure() {
    return Kerberos.isOn(hadoopSettings);
  }

  List<ProcessName> processes() {
    List<ProcessName> names = new ArrayList<>();
    names.add(new ProcessName(Role.NAME_NODE, 1));
    for (int number = 1; number <= ports.dataNodes(); number++) {
      names.add(new ProcessName(Role.DATA_NODE, number));
    }
    names.add(new ProcessName(Role.RESOURCE_MANAGER, 1));
    for (int number = 1; number <= ports.nodeManagers(); number++) {
      names.add(new ProcessName(Role.NODE_MANAGER, number));
    }
    return List.copyOf(names);
  }

  void store(Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("dataNodes", Integer.toString(ports.dataNodes()));
    properties.setProperty("nodeManagers", Integer.toString(ports.nodeManagers()));
    properties.setProperty("nodeMemoryMb", Integer.toString(nodeMemoryMb));
    properties.setProperty("nodeCores", Integer.toString(nodeCores));
    properties.setProperty("network", network.kind().text());
    properties.setProperty("basePort", Integer.toString(ports.base()));
    hadoopSettings.forEach((key, value) -> properties.setProperty(HADOOP_PREFIX + key, value));
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "A Millrace lab");
    }
  }

  static LabSettings load(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    Map<String, String> hadoopSettings = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(HADOOP_PREFIX)) {
        hadoopSettings.put(key.substring(HADOOP_PREFIX.length()), properties.getProperty(key));
      }
    }
    LabPorts ports =
        new LabPorts(
            number(file, properties, "basePort"),
            number(file, properties, "dataNodes"),
            number(file, properties, "nodeManagers"));
    return new LabSettings(
        number(file, properties, "nodeMemoryMb"),
        number(file, properties, "nodeCores"),
        ports,
        hadoopSettings,
        new LabNetwork(
            LabNetwork.Kind.of(properties.getProperty("network", "loopback")), ports.base()));
  }

  private static int number(Path file, Properties properties, String key) {
    String value = properties.getProperty(key);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new LabException(
          file + " has " + key + "=" + value + " where a number belongs; delete the lab's folder",
          e);
    }
  }
}
