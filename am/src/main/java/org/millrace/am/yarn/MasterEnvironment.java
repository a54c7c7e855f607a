package org.millrace.am.yarn;

import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.yarn.api.ApplicationConstants.Environment;
import org.apache.hadoop.yarn.api.records.ApplicationAttemptId;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * What the NodeManager and the client put into the master's environment. Immutable.
 *
 * @param attempt application and attempt
 * @param host of this container's node
 * @param user who submitted the application
 * @param configuration the configuration archive
 * @param shared what executors get as well
 */
record MasterEnvironment(
    ApplicationAttemptId attempt,
    String host,
    String user,
    ContainerResource configuration,
    Map<String, String> shared) {

  private static final String HADOOP_USER_NAME = "HADOOP_USER_NAME";

  MasterEnvironment {
    shared = Map.copyOf(shared);
  }

  static MasterEnvironment of(Map<String, String> environment) {
    Map<String, String> shared = new HashMap<>();
    for (String name : new String[] {"JAVA_HOME", HADOOP_USER_NAME}) {
      String value = environment.get(name);
      if (value != null) {
        shared.put(name, value);
      }
    }
    return new MasterEnvironment(
        ContainerId.fromString(required(environment, Environment.CONTAINER_ID.name()))
            .getApplicationAttemptId(),
        required(environment, Environment.NM_HOST.name()),
        required(environment, Environment.USER.name()),
        ContainerResource.parse(required(environment, ContainerLayout.CONFIGURATION_RESOURCE)),
        shared);
  }

  private static String required(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "The environment variable "
              + name
              + " is missing: the application master is started by YARN only, through"
              + " 'bin/millrace submit'");
    }
    return value;
  }
}
