package org.millrace.benchmarks.millrace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.StreamingConf;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.benchmarks.workload.RunSpec;

/** Contexts with what a run's options ask for. */
final class Contexts {
  private static final String WRITE_AHEAD_LOG = "millrace.receiver.writeAheadLog.enable";

  private Contexts() {}

  /** Without a checkpoint directory. */
  static StreamingContext plain(RunSpec spec, int intervalMs) {
    return new StreamingContext(conf(spec), new Duration(intervalMs));
  }

  /** With a checkpoint directory of its own below the run's, and the log where it was asked for. */
  static StreamingContext withCheckpoints(RunSpec spec, int intervalMs) throws IOException {
    boolean isLogged = Boolean.parseBoolean(spec.option("log", "false"));
    StreamingConf conf = conf(spec).set(WRITE_AHEAD_LOG, String.valueOf(isLogged));
    StreamingContext context = new StreamingContext(conf, new Duration(intervalMs));
    Path directory = Files.createTempDirectory(spec.workDirectory().toAbsolutePath(), "checkpoint");
    context.checkpoint(directory.toUri().toString());
    return context;
  }

  private static StreamingConf conf(RunSpec spec) {
    StreamingConf conf =
        new StreamingConf()
            .setMaster("local[" + spec.cores() + "]")
            .setAppName("bench-" + spec.scenario());
    settings(spec).forEach(conf::set);
    return conf;
  }

  /** Any setting of Millrace for an experiment: {@code --option millrace.x=y}. */
  static Map<String, String> settings(RunSpec spec) {
    Map<String, String> settings = new TreeMap<>(spec.options());
    settings.keySet().removeIf(name -> !name.startsWith("millrace."));
    return settings;
  }
}
