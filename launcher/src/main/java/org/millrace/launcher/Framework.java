package org.millrace.launcher;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The framework behind the small jars: its jars in a class loader of their own, so that the
 * caller's Hadoop, Guava or Jackson never meet ours. Of the caller's class path only Hadoop's
 * configuration directories are taken over. Immutable.
 */
final class Framework {
  private static final String COMMAND_LINE = "org.millrace.am.cli.adapter.Main";
  private static final String HOME = "MILLRACE_HOME";
  private static final int WRONG_USE = 2;

  private final ClassLoader loader;

  private Framework(ClassLoader loader) {
    this.loader = loader;
  }

  /** The framework; without one, or on an old Java, a message and the end of the process. */
  static Framework orExit(String[] arguments) {
    String version = System.getProperty("java.specification.version");
    try {
      if (!Start.isNewEnough(version)) {
        throw new IOException(
            "Java 17 or later is needed, but this is Java "
                + version
                + " in "
                + System.getProperty("java.home")
                + "; set JAVA_HOME");
      }
      File home = find(arguments);
      System.setProperty("org.millrace.home", home.getPath());
      System.setProperty("log4j.configuration", "org/millrace/conf/log4j.properties");
      return new Framework(loader(home));
    } catch (IOException e) {
      System.err.println("millrace: " + e.getMessage());
      System.exit(WRONG_USE);
      throw new IllegalStateException(e);
    }
  }

  private static File find(String[] arguments) throws IOException {
    String home = System.getenv(HOME);
    if (home != null && !home.isEmpty()) {
      if (isHome(new File(home))) {
        return new File(home);
      }
      throw new IOException(HOME + " is " + home + ", but there is no lib with jars in it");
    }
    File jar = jarOf(Framework.class.getName());
    if (jar != null && isHome(jar.getAbsoluteFile().getParentFile())) {
      return jar.getAbsoluteFile().getParentFile();
    }
    return FrameworkDownload.home(FrameworkDownload.path(arguments, System.getenv()));
  }

  private static boolean isHome(File directory) {
    File[] jars = new File(directory, "lib").listFiles((folder, name) -> name.endsWith(".jar"));
    return jars != null && Arrays.stream(jars).anyMatch(jar -> jar.getName().contains("millrace"));
  }

  private static ClassLoader loader(File home) throws IOException {
    List<URL> path = new ArrayList<>();
    File[] jars = new File(home, "lib").listFiles((folder, name) -> name.endsWith(".jar"));
    Arrays.sort(jars);
    for (File jar : jars) {
      path.add(jar.toURI().toURL());
    }
    path.addAll(configurationDirectories());
    // From Java 9 on, this parent is the platform's loader: the JDK and nothing else.
    return new URLClassLoader(
        path.toArray(new URL[0]), ClassLoader.getSystemClassLoader().getParent());
  }

  /** The directories of the caller's class path that hold Hadoop's site files. */
  private static List<URL> configurationDirectories() throws IOException {
    List<URL> directories = new ArrayList<>();
    for (String name : new String[] {"core-site.xml", "yarn-site.xml"}) {
      for (URL file :
          Collections.list(Thread.currentThread().getContextClassLoader().getResources(name))) {
        if (file.getProtocol().equals("file")) {
          String text = file.toString();
          URL directory = new URL(text.substring(0, text.length() - name.length()));
          if (!directories.contains(directory)) {
            directories.add(directory);
          }
        }
      }
    }
    return directories;
  }

  /** The jar that holds a class of the caller's class path, null when it is in none. */
  static File jarOf(String className) {
    String name = className.replace('.', '/') + ".class";
    try {
      for (URL place : Collections.list(Framework.class.getClassLoader().getResources(name))) {
        if (place.getProtocol().equals("jar")) {
          URL jar = ((JarURLConnection) place.openConnection()).getJarFileURL();
          return new File(new URI(jar.toString()));
        }
      }
      return null;
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("cannot find the jar of " + className, e);
    }
  }

  /** Runs {@code millrace} with these arguments; ends the process with its exit code. */
  void runCommandLine(String[] arguments) throws Throwable {
    Thread.currentThread().setContextClassLoader(loader);
    call(loader.loadClass(COMMAND_LINE), arguments);
  }

  /** The class of an example's program, null when there is no example of that name. */
  String programOf(File jar, String driver, String name) throws ReflectiveOperationException {
    return (String)
        with(jar).loadClass(driver).getMethod("programOf", String.class).invoke(null, name);
  }

  /** Runs a class of a jar on top of the framework. */
  void runMain(File jar, String mainClass, String[] arguments) throws Throwable {
    call(with(jar).loadClass(mainClass), arguments);
  }

  private ClassLoader with(File jar) {
    try {
      return new URLClassLoader(new URL[] {jar.toURI().toURL()}, loader);
    } catch (IOException e) {
      throw new IllegalArgumentException(jar.getPath(), e);
    }
  }

  private static void call(Class<?> mainClass, String[] arguments) throws Throwable {
    try {
      mainClass.getMethod("main", String[].class).invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
