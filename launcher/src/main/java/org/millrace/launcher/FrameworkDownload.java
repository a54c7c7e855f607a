package org.millrace.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Gets the framework from the cluster's file system with the caller's own Hadoop, once for each
 * archive: the archives that {@code millrace submit} leaves in {@code millrace.framework.path}.
 */
final class FrameworkDownload {
  private static final String KEY = "millrace.framework.path";
  private static final String VARIABLE = "MILLRACE_FRAMEWORK_PATH";
  private static final String DEFAULT = ".millrace/framework";
  private static final String SUFFIX = ".tar.gz";

  private FrameworkDownload() {}

  /** The directory that the command line or the environment names, else the default. */
  static String path(String[] arguments, Map<String, String> environment) {
    for (String argument : arguments) {
      String setting = argument.startsWith("--conf=") ? argument.substring(7) : argument;
      if (setting.startsWith(KEY + "=")) {
        return setting.substring(KEY.length() + 1);
      }
    }
    String variable = environment.get(VARIABLE);
    return variable == null || variable.isEmpty() ? DEFAULT : variable;
  }

  /** A local home with the newest framework of the directory in its {@code lib}. */
  static File home(String path) throws IOException {
    // A relative path is below the user's home there.
    Path directory = new Path(path);
    FileSystem files = directory.getFileSystem(new Configuration());
    FileStatus newest = null;
    if (files.exists(directory)) {
      for (FileStatus file : files.listStatus(directory)) {
        boolean isFramework =
            file.getPath().getName().startsWith("millrace-")
                && file.getPath().getName().endsWith(SUFFIX);
        if (isFramework
            && (newest == null || file.getModificationTime() > newest.getModificationTime())) {
          newest = file;
        }
      }
    }
    if (newest == null) {
      throw new IOException(
          "the framework is not here: MILLRACE_HOME is not set and there is no archive in "
              + files.makeQualified(directory)
              + "; set MILLRACE_HOME to an unpacked distribution, or "
              + KEY
              + " (--conf, or the variable "
              + VARIABLE
              + ") to a directory on HDFS into which 'bin/millrace submit' has put one");
    }
    return unpacked(files, newest.getPath());
  }

  private static File unpacked(FileSystem files, Path archive) throws IOException {
    String name = archive.getName();
    File cache = new File(System.getProperty("user.home"), ".millrace/cache/framework");
    File home = new File(cache, name.substring(0, name.length() - SUFFIX.length()));
    if (home.isDirectory()) {
      return home;
    }
    System.err.println("Getting the framework from " + archive + ", once on this machine ...");
    Files.createDirectories(cache.toPath());
    java.nio.file.Path work = Files.createTempDirectory(cache.toPath(), "work-");
    java.nio.file.Path lib = Files.createDirectory(work.resolve("lib"));
    File local = work.resolve(name).toFile();
    files.copyToLocalFile(false, archive, new Path(local.toURI()), true);
    untar(local, lib.toFile());
    Files.delete(local.toPath());
    Files.move(work, home.toPath(), StandardCopyOption.ATOMIC_MOVE);
    return home;
  }

  private static void untar(File archive, File directory) throws IOException {
    Process tar =
        new ProcessBuilder("tar", "-xzf", archive.getPath(), "-C", directory.getPath())
            .inheritIO()
            .start();
    try {
      if (tar.waitFor() != 0) {
        throw new IOException("tar could not unpack " + archive);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while unpacking " + archive, e);
    } finally {
      tar.destroy();
    }
  }
}
