package org.millrace.testkit.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes Hadoop's configuration folders of a lab from the templates beside this class. */
final class ConfigurationFiles {
  private static final Pattern PLACEHOLDER = Pattern.compile("@([a-z.]+)@");
  private static final String END = "</configuration>";

  private final LabFolder folder;
  private final LabSettings settings;
  private final Map<String, String> values;

  ConfigurationFiles(LabFolder folder, LabSettings settings) {
    this.folder = folder;
    this.settings = settings;
    LabPorts ports = settings.ports();
    this.values =
        Map.ofEntries(
            Map.entry("master", settings.network().master()),
            Map.entry("home", folder.home().toString()),
            Map.entry("replication", Integer.toString(Math.min(3, ports.dataNodes()))),
            Map.entry("nn.rpc", Integer.toString(ports.nameNodeRpc())),
            Map.entry("nn.http", Integer.toString(ports.nameNodeHttp())),
            Map.entry("rm.client", Integer.toString(ports.resourceManagerClient())),
            Map.entry("rm.scheduler", Integer.toString(ports.resourceManagerScheduler())),
            Map.entry("rm.tracker", Integer.toString(ports.resourceManagerTracker())),
            Map.entry("rm.admin", Integer.toString(ports.resourceManagerAdmin())),
            Map.entry("rm.http", Integer.toString(ports.resourceManagerHttp())),
            Map.entry("nm.memory", Integer.toString(settings.nodeMemoryMb())),
            Map.entry("nm.cores", Integer.toString(settings.nodeCores())));
  }

  /** Writes both folders; what was there is replaced. */
  void write() throws IOException {
    for (String name : new String[] {"core-site.xml", "hdfs-site.xml", "yarn-site.xml"}) {
      write("server", name, folder.serverConfiguration());
      write("client", name, folder.clientConfiguration());
    }
    write("server", "capacity-scheduler.xml", folder.serverConfiguration());
    write("server", "log4j.properties", folder.serverConfiguration());
  }

  private void write(String side, String name, Path target) throws IOException {
    String text = fill(side + "/" + name, template(side + "/" + name));
    if (name.endsWith(".xml")) {
      text = text.replace(END, ownSettings(name) + END);
    }
    Files.writeString(target.resolve(name), text);
  }

  private static String template(String name) throws IOException {
    try (InputStream stream = ConfigurationFiles.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new LabException("the lab's template " + name + " is missing from its jar");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String fill(String name, String template) {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(
            match -> {
              String value = values.get(match.group(1));
              if (value == null) {
                throw new LabException("template " + name + " asks for " + match.group());
              }
              return Matcher.quoteReplacement(value);
            });
  }

  /** The user's own settings for this file; Hadoop takes the last value of a key in a file. */
  private String ownSettings(String fileName) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(settings.hadoopSettings())
        .forEach(
            (key, value) -> {
              if (fileOf(key).equals(fileName)) {
                text.append("  <property><name>")
                    .append(escape(key))
                    .append("</name><value>")
                    .append(escape(value))
                    .append("</value></property>\n");
              }
            });
    return text.toString();
  }

  private static String fileOf(String key) {
    if (key.startsWith("yarn.scheduler.capacity.")) {
      return "capacity-scheduler.xml";
    }
    if (key.startsWith("yarn.")) {
      return "yarn-site.xml";
    }
    return key.startsWith("dfs.") ? "hdfs-site.xml" : "core-site.xml";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
