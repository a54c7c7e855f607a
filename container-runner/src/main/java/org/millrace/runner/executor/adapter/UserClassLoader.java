package org.millrace.runner.executor.adapter;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Loads the program's classes from its own jars first, so that the program's Jackson, Guava or
 * protobuf wins over that of the framework. Thread-safe.
 *
 * <p>Of the JDK, the API, the logging facade and Hadoop there is one copy, the framework's: objects
 * of these classes pass between program and framework. What the program's jars do not have is
 * looked up in the framework.
 */
public final class UserClassLoader extends URLClassLoader {

  static {
    registerAsParallelCapable();
  }

  private static final List<String> SHARED =
      List.of(
          "org.millrace.api.",
          "org.millrace.checkpoint.",
          "org.millrace.runner.",
          "org.millrace.am.",
          "org.slf4j.",
          "org.apache.log4j.",
          "org.apache.hadoop.");

  private final ClassLoader jdk = ClassLoader.getPlatformClassLoader();

  private UserClassLoader(URL[] jars, ClassLoader framework) {
    super("program", jars, framework);
  }

  /**
   * A loader over these jars and directories.
   *
   * @param framework loads what is shared and what the jars do not have
   * @throws MillraceException NO_SUCH_JAR when one does not exist
   */
  public static UserClassLoader over(List<Path> jars, ClassLoader framework) {
    return new UserClassLoader(
        jars.stream().map(UserClassLoader::url).toArray(URL[]::new), framework);
  }

  private static URL url(Path jar) {
    if (!Files.exists(jar)) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_JAR,
          "The program's jar %s does not exist in %s; submit the program with the jar"
              .formatted(jar, Path.of("").toAbsolutePath()));
    }
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_JAR, "The program's jar '%s' is no path".formatted(jar), e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        loaded = find(name);
      }
      if (resolve) {
        resolveClass(loaded);
      }
      return loaded;
    }
  }

  private Class<?> find(String name) throws ClassNotFoundException {
    try {
      return (isShared(name) ? getParent() : jdk).loadClass(name);
    } catch (ClassNotFoundException notThere) {
      // The usual case: neither of the JDK nor shared.
    }
    try {
      return findClass(name);
    } catch (ClassNotFoundException notInTheJars) {
      return getParent().loadClass(name);
    }
  }

  @Override
  public URL getResource(String name) {
    URL own = findResource(name);
    return own == null ? getParent().getResource(name) : own;
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    Set<URL> all = new LinkedHashSet<>(Collections.list(findResources(name)));
    all.addAll(Collections.list(getParent().getResources(name)));
    return Collections.enumeration(new ArrayList<>(all));
  }

  private static boolean isShared(String name) {
    for (String prefix : SHARED) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
