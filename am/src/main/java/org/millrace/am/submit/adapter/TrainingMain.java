package org.millrace.am.submit.adapter;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.millrace.am.yarn.Rehearsal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the classes that driver and executors need at their start, so that the Java runtime can
 * write them into a class data archive when this process ends. Nothing is reached over the network:
 * Hadoop's clients are brought as far as a refused connection, and what they need behind it is
 * loaded by name.
 */
public final class TrainingMain {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingMain.class);

  /** A port of this machine on which nothing listens. */
  private static final String NOBODY = "127.0.0.1:1";

  private TrainingMain() {}

  /** Loads, then ends the process. Files go into the working directory. */
  public static void main(String[] arguments) throws Exception {
    YarnConfiguration configuration = new YarnConfiguration();
    configuration.setInt("ipc.client.connect.max.retries", 0);
    configuration.set(YarnConfiguration.RM_SCHEDULER_ADDRESS, NOBODY);
    configuration.setLong(YarnConfiguration.RESOURCEMANAGER_CONNECT_MAX_WAIT_MS, 1);
    configuration.setLong(YarnConfiguration.RESOURCEMANAGER_CONNECT_RETRY_INTERVAL_MS, 1);
    configuration.setBoolean("dfs.client.retry.policy.enabled", false);
    configuration.setInt("dfs.client.failover.max.attempts", 0);
    try (FileSystem files = FileSystem.newInstance(URI.create("hdfs://" + NOBODY), configuration)) {
      files.getFileStatus(new org.apache.hadoop.fs.Path("/"));
    } catch (IOException refused) {
      LOG.info("As expected, nobody answers", refused);
    }
    TrainingClasses.load();
    Rehearsal.run(configuration);
    TrainingProgram.connect();
    TrainingProgram.run(Files.createTempDirectory(Path.of("").toAbsolutePath(), "training-"));
    System.exit(0);
  }
}
