package org.millrace.api.streaming;

import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the jar that a class was loaded from. */
final class JarOfClass {
  private static final String IN_JAR = "jar:";

  private JarOfClass() {}

  static Optional<String> find(Class<?> type) {
    URL location = type.getResource("/" + type.getName().replace('.', '/') + ".class");
    if (location == null || !location.toString().startsWith(IN_JAR)) {
      return Optional.empty();
    }
    String inside = location.toString().substring(IN_JAR.length());
    String jar = inside.substring(0, inside.indexOf('!'));
    return Optional.of(jar.startsWith("file:") ? Path.of(URI.create(jar)).toString() : jar);
  }
}
