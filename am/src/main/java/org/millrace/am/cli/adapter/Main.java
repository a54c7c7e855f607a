package org.millrace.am.cli.adapter;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.millrace.am.cli.MillraceCommandLine;

/** The process behind {@code bin/millrace}. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    ClassLoader loader = withHadoopConfiguration(Main.class.getClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    System.exit(MillraceCommandLine.withServices(loader).execute(arguments));
  }

  /**
   * Hadoop's clients find their site files through the context class loader. The directories are
   * not on the class path, because a class data archive allows none there.
   */
  private static ClassLoader withHadoopConfiguration(ClassLoader parent) {
    List<URL> directories = new ArrayList<>();
    for (String variable : new String[] {"HADOOP_CONF_DIR", "YARN_CONF_DIR"}) {
      String directory = System.getenv(variable);
      if (directory != null && Files.isDirectory(Path.of(directory))) {
        try {
          directories.add(Path.of(directory).toUri().toURL());
        } catch (MalformedURLException e) {
          throw new IllegalArgumentException(variable + " is no path: " + directory, e);
        }
      }
    }
    return directories.isEmpty()
        ? parent
        : new URLClassLoader(directories.toArray(URL[]::new), parent);
  }
}
