package org.millrace.runner.hadoop.adapter;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapred.JobConf;

/**
 * A Hadoop configuration on its way to executors: what differs from what every process of the
 * application finds on its own class path. Immutable. It has no {@code toString}, because values
 * may be secrets.
 */
final class ConfigurationForm implements Serializable {
  private static final long serialVersionUID = 1L;

  private final LinkedHashMap<String, String> changed;
  private final ArrayList<String> unset;

  /** Read once; everybody takes a copy. */
  private static final class Site {
    static final JobConf CONFIGURATION = new JobConf();
  }

  private ConfigurationForm(LinkedHashMap<String, String> changed, ArrayList<String> unset) {
    this.changed = changed;
    this.unset = unset;
  }

  static ConfigurationForm of(Configuration configuration) {
    LinkedHashMap<String, String> changed = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : configuration) {
      if (!entry.getValue().equals(Site.CONFIGURATION.getRaw(entry.getKey()))) {
        changed.put(entry.getKey(), entry.getValue());
      }
    }
    ArrayList<String> unset = new ArrayList<>();
    for (Map.Entry<String, String> entry : Site.CONFIGURATION) {
      if (configuration.getRaw(entry.getKey()) == null) {
        unset.add(entry.getKey());
      }
    }
    return new ConfigurationForm(changed, unset);
  }

  /** The configuration, for the caller alone. */
  JobConf restore(ClassLoader userClasses) {
    JobConf configuration = new JobConf(Site.CONFIGURATION);
    changed.forEach(configuration::set);
    unset.forEach(configuration::unset);
    configuration.setClassLoader(userClasses);
    return configuration;
  }

  /** Names of what differs. */
  List<String> changedNames() {
    return List.copyOf(changed.keySet());
  }
}
