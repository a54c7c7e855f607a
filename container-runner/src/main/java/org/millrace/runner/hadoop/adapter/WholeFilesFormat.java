package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;

/**
 * One record for each file: its URI and what a subclass makes of it. Files in the order of their
 * URIs fill splits of about equal size, as many as were asked for if there are enough files.
 *
 * @param <V> what a file becomes
 */
abstract class WholeFilesFormat<V> extends FileInputFormat<String, V> {
  /** How many splits there should be. */
  static final String MIN_PARTITIONS = "org.millrace.input.minPartitions";

  private static final int MOST_HOSTS = 3;

  /** Makes the value of a file; may block. */
  abstract V read(Path file, Configuration configuration) throws IOException;

  @Override
  protected boolean isSplitable(JobContext context, Path file) {
    return false;
  }

  @Override
  public List<InputSplit> getSplits(JobContext context) throws IOException {
    List<FileStatus> files = new ArrayList<>(listStatus(context));
    files.removeIf(FileStatus::isDirectory);
    files.sort(Comparator.comparing(file -> file.getPath().toString()));
    int wanted = Math.max(1, context.getConfiguration().getInt(MIN_PARTITIONS, 1));
    long total = files.stream().mapToLong(FileStatus::getLen).sum();
    List<InputSplit> splits = new ArrayList<>();
    List<FileStatus> open = new ArrayList<>();
    long before = 0;
    long inOpen = 0;
    for (FileStatus file : files) {
      open.add(file);
      inOpen += file.getLen();
      // A split ends where the next one would begin if bytes could be divided.
      boolean full = (before + inOpen) * wanted >= total * (splits.size() + 1L);
      if (full && splits.size() + 1 < wanted) {
        splits.add(split(open, inOpen));
        before += inOpen;
        inOpen = 0;
        open = new ArrayList<>();
      }
    }
    if (!open.isEmpty()) {
      splits.add(split(open, inOpen));
    }
    return splits;
  }

  private static FilesSplit split(List<FileStatus> files, long lengthBytes) throws IOException {
    Map<String, Long> bytesByHost = new HashMap<>();
    for (FileStatus file : files) {
      if (file instanceof LocatedFileStatus located) {
        for (BlockLocation block : located.getBlockLocations()) {
          for (String host : block.getHosts()) {
            bytesByHost.merge(host, block.getLength(), Long::sum);
          }
        }
      }
    }
    List<String> hosts =
        bytesByHost.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(MOST_HOSTS)
            .map(Map.Entry::getKey)
            .toList();
    return new FilesSplit(
        files.stream().map(file -> file.getPath().toString()).toList(), lengthBytes, hosts);
  }

  @Override
  public RecordReader<String, V> createRecordReader(InputSplit split, TaskAttemptContext context) {
    return new Reader<>(this, ((FilesSplit) split).paths(), context.getConfiguration());
  }

  private static final class Reader<V> extends RecordReader<String, V> {
    private final WholeFilesFormat<V> format;
    private final List<String> paths;
    private final Configuration configuration;
    private int next;
    private V value;

    Reader(WholeFilesFormat<V> format, List<String> paths, Configuration configuration) {
      this.format = format;
      this.paths = paths;
      this.configuration = configuration;
    }

    @Override
    public void initialize(InputSplit split, TaskAttemptContext context) {
      // The constructor has taken all there is.
    }

    @Override
    public boolean nextKeyValue() throws IOException {
      if (next == paths.size()) {
        return false;
      }
      value = format.read(new Path(paths.get(next)), configuration);
      next++;
      return true;
    }

    @Override
    public String getCurrentKey() {
      return paths.get(next - 1);
    }

    @Override
    public V getCurrentValue() {
      return value;
    }

    @Override
    public float getProgress() {
      return paths.isEmpty() ? 1 : (float) next / paths.size();
    }

    @Override
    public void close() {
      // Each file was closed when it had been read.
    }
  }
}
