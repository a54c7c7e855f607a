package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;

/** The files that a committed attempt left in its directory. */
final class WrittenFiles {
  private WrittenFiles() {}

  /**
   * Their paths relative to the directory, in order; without checksum files, and what committers
   * leave for themselves.
   */
  static List<String> below(String directory, Configuration configuration) throws IOException {
    Path root = new Path(directory);
    FileSystem files = root.getFileSystem(configuration);
    String prefix = files.makeQualified(root).toUri().getPath() + "/";
    List<String> names = new ArrayList<>();
    if (!files.exists(root)) {
      return names;
    }
    RemoteIterator<LocatedFileStatus> found = files.listFiles(root, true);
    while (found.hasNext()) {
      String path = found.next().getPath().toUri().getPath();
      String name = path.substring(prefix.length());
      boolean own =
          name.startsWith(".")
              || name.contains("/.")
              || name.startsWith(FileOutputCommitter.PENDING_DIR_NAME)
              || name.equals(FileOutputCommitter.SUCCEEDED_FILE_NAME);
      if (!own) {
        names.add(name);
      }
    }
    names.sort(null);
    return names;
  }
}
