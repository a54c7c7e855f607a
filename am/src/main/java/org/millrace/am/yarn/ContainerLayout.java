package org.millrace.am.yarn;

import java.util.List;

/**
 * What lies where in the working directory of a container, and the names of what is handed to it.
 * The client that submits and the master that launches executors agree through this class.
 */
public final class ContainerLayout {
  /** The framework archive: all jars and the class data archive, flat. */
  public static final String FRAMEWORK = "millrace";

  /** The class data archive within the framework archive. */
  public static final String CLASS_DATA = "app.jsa";

  /** The configuration archive: Hadoop's site files and {@link #LAUNCH_PLAN}. */
  public static final String CONFIGURATION = "conf";

  /** The launch plan within the configuration archive. */
  public static final String LAUNCH_PLAN = "launch.properties";

  /** The directory of the program's jars. */
  public static final String PROGRAM_JARS = "program";

  /** The name of the application's secret in the credentials of its containers. */
  public static final String SECRET = "millrace.application.secret";

  /** Environment of the master: the configuration archive as {@link ContainerResource#text()}. */
  public static final String CONFIGURATION_RESOURCE = "MILLRACE_CONFIGURATION";

  /** The keytab in the working directory of the master, when the application has one. */
  public static final String KEYTAB = "millrace.keytab";

  /** Environment of the master: the principal of the keytab. */
  public static final String PRINCIPAL = "MILLRACE_PRINCIPAL";

  private ContainerLayout() {}

  /** The log configuration of a role, {@code driver} or {@code executor}, on the class path. */
  public static String logConfiguration(String role) {
    return "log4j-" + role + ".properties";
  }

  /**
   * The class path of driver and executors: relative and explicit, the framework's jars in the
   * order in which the class data archive was dumped, and nothing before them.
   */
  public static String classPath(List<String> frameworkJars) {
    StringBuilder path = new StringBuilder();
    for (String jar : frameworkJars) {
      path.append(FRAMEWORK).append('/').append(jar).append(':');
    }
    return path.append(CONFIGURATION).toString();
  }
}
