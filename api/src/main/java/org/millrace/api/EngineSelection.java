package org.millrace.api;

import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.EngineProvider;

/**
 * Finds the engine on the class path that accepts a program's master, and opens it.
 *
 * @param conf the configuration with the master that counts
 */
record EngineSelection(StreamingConf conf) {

  /** Lets the master that the command line gave win over the program's. */
  static EngineSelection of(StreamingConf conf) {
    StreamingConf effective = conf.clone();
    String fromCommandLine = System.getProperty(StreamingConf.MASTER);
    if (fromCommandLine != null) {
      effective.setMaster(fromCommandLine);
    }
    return new EngineSelection(effective);
  }

  Engine open() {
    String master =
        required(
            conf,
            StreamingConf.MASTER,
            "call setMaster(\"local[2]\") or start the program with 'millrace submit'");
    required(conf, StreamingConf.APP_NAME, "call setAppName(\"...\")");
    return find(master, Thread.currentThread().getContextClassLoader())
        .or(() -> find(master, EngineSelection.class.getClassLoader()))
        .orElseThrow(() -> missing(master))
        .open(conf.clone());
  }

  private static Optional<EngineProvider> find(String master, ClassLoader loader) {
    try {
      for (EngineProvider provider : ServiceLoader.load(EngineProvider.class, loader)) {
        if (provider.accepts(master)) {
          return Optional.of(provider);
        }
      }
      return Optional.empty();
    } catch (ServiceConfigurationError e) {
      throw new MillraceException(
          ErrorCode.NO_ENGINE,
          "an engine on the class path cannot be loaded: "
              + e.getMessage()
              + "; use jars of one version of Millrace",
          e);
    }
  }

  private static String required(StreamingConf conf, String key, String advice) {
    if (!conf.contains(key)) {
      throw new MillraceException(
          ErrorCode.INVALID_CONFIGURATION_VALUE, key + " is not set; " + advice);
    }
    return conf.get(key);
  }

  private static MillraceException missing(String master) {
    return new MillraceException(
        ErrorCode.NO_ENGINE,
        "no engine on the class path runs master '"
            + master
            + "'; expected local, local[n], local[*] or yarn, and the artifact"
            + " org.millrace:millrace-am on the class path, which 'millrace submit' and 'millrace"
            + " run' put there");
  }
}
