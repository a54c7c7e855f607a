package org.millrace.checkpoint.files.adapter;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HdfsConfiguration;

/** The client settings that a log on HDFS needs, where the site did not choose otherwise. */
final class HadoopSettings {

  private static final Map<String, String> WANTED =
      Map.ofEntries(
          // A close waits for the report of the last block: ask again soon, and as long in all.
          Map.entry("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "20"),
          Map.entry("dfs.client.block.write.locateFollowingBlock.retries", "10"),
          // A small cluster has no spare DataNode: go on with the replicas that are left.
          Map.entry("dfs.client.block.write.replace-datanode-on-failure.best-effort", "true"),
          // A hung DataNode holds a flush for this time and some seconds; stock is a minute.
          Map.entry("dfs.client.socket-timeout", "10000"),
          // Whoever opened these files closes them; a shutdown hook would do it behind their back.
          Map.entry("fs.automatic.close", "false"));

  private HadoopSettings() {}

  /** A copy of the site's configuration with the wanted values in place of Hadoop's defaults. */
  static Configuration withDefaults(Configuration site) {
    Configuration configuration = new HdfsConfiguration(site);
    WANTED.forEach(
        (key, value) -> {
          if (!chosenBySite(configuration, key)) {
            configuration.set(key, value);
          }
        });
    return configuration;
  }

  private static boolean chosenBySite(Configuration configuration, String key) {
    String[] sources = configuration.getPropertySources(key);
    if (sources == null) {
      return configuration.get(key) != null;
    }
    for (String source : sources) {
      if (!source.endsWith("-default.xml")) {
        return true;
      }
    }
    return false;
  }
}
