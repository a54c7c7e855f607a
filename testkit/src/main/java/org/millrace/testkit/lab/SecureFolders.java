package org.millrace.testkit.lab;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * What an administrator makes on a new HDFS for the users that are its arguments. A program of its
 * own, because only one Hadoop login fits into a JVM; it runs on the servers' class path, where
 * nothing else of ours is.
 */
final class SecureFolders {
  private static final short EVERYBODY = 01777;
  private static final short OWNER = 0755;

  private SecureFolders() {}

  public static void main(String[] users) throws IOException {
    try (FileSystem hdfs = FileSystem.get(new Configuration())) {
      make(hdfs, "/tmp", EVERYBODY, "hdfs");
      make(hdfs, "/app-logs", EVERYBODY, "yarn");
      make(hdfs, "/user", OWNER, "hdfs");
      for (String user : users) {
        make(hdfs, "/user/" + user, OWNER, user);
      }
    }
  }

  private static void make(FileSystem hdfs, String name, short permission, String owner)
      throws IOException {
    Path path = new Path(name);
    hdfs.mkdirs(path);
    hdfs.setPermission(path, new FsPermission(permission));
    hdfs.setOwner(path, owner, "hadoop");
  }
}
