package org.millrace.am.yarn;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/** Makes the class loader of the program's own jars. */
final class ProgramClassLoader {
  private ProgramClassLoader() {}

  /** A loader for jars in the working directory. */
  static ClassLoader of(List<String> jars) {
    URL[] urls = jars.stream().map(ProgramClassLoader::url).toArray(URL[]::new);
    return new URLClassLoader("program", urls, ProgramClassLoader.class.getClassLoader());
  }

  private static URL url(String jar) {
    try {
      return Path.of(jar).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("'" + jar + "' is no path", e);
    }
  }
}
