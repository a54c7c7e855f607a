package org.millrace.testkit.chaos;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.millrace.testkit.lab.Lab;

/** The outputs in a directory of the lab's HDFS. Thread-safe. */
final class HdfsOutputs implements Outputs, AutoCloseable {
  private static final String BATCH = "batch-";
  private static final String PART = "part-";

  private final FileSystem files;
  private final Path directory;

  private HdfsOutputs(FileSystem files, Path directory) {
    this.files = files;
    this.directory = directory;
  }

  static HdfsOutputs in(Lab lab, String directory) throws IOException {
    Configuration configuration = new Configuration();
    // The run ends in order also after a signal, and closes it then.
    configuration.setBoolean("fs.automatic.close", false);
    for (String site : new String[] {"core-site.xml", "hdfs-site.xml"}) {
      configuration.addResource(new Path(lab.configurationDirectory().resolve(site).toUri()));
    }
    // Who looks on notices soon when a NameNode that was away is back.
    configuration.setInt("ipc.client.connect.max.retries", 1);
    configuration.setInt("ipc.client.rpc-timeout.ms", 5_000);
    configuration.setBoolean("dfs.client.retry.policy.enabled", false);
    return new HdfsOutputs(
        FileSystem.newInstance(lab.fileSystem(), configuration),
        new Path(lab.fileSystem() + directory));
  }

  /** As a program gets it as its argument. */
  String address() {
    return directory.toString();
  }

  boolean has(String output, long timeMs) throws IOException {
    return files.exists(batch(output, timeMs));
  }

  @Override
  public SortedSet<Long> times(String output) throws IOException {
    SortedSet<Long> times = new TreeSet<>();
    try {
      for (FileStatus each : files.listStatus(new Path(directory, output))) {
        String name = each.getPath().getName();
        if (name.startsWith(BATCH)) {
          times.add(Long.parseLong(name.substring(BATCH.length())));
        }
      }
    } catch (FileNotFoundException none) {
      return times;
    }
    return times;
  }

  @Override
  public List<String> lines(String output, long timeMs) throws IOException {
    List<String> lines = new ArrayList<>();
    // Sorted by name: that is what listStatus gives on HDFS.
    for (FileStatus part : files.listStatus(batch(output, timeMs))) {
      if (part.getPath().getName().startsWith(PART)) {
        try (InputStream in = files.open(part.getPath())) {
          new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(lines::add);
        }
      }
    }
    return lines;
  }

  private Path batch(String output, long timeMs) {
    return new Path(new Path(directory, output), BATCH + timeMs);
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
