package org.millrace.testkit.lab;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The jars of Hadoop's servers. They never meet our own class path: the build writes their names to
 * a file, and only the processes of the lab load them.
 */
record ServerClasspath(List<Path> jars) {
  static final String FILE_PROPERTY = "org.millrace.lab.classpath";
  static final String FILE_VARIABLE = "MILLRACE_LAB_CLASSPATH";
  static final String HOME_PROPERTY = "org.millrace.checkout";
  static final String HOME_VARIABLE = "MILLRACE_HOME";
  private static final String MAKE_IT = "mvn -q -pl testkit/servers generate-resources";
  private static final Path FILE_IN_CHECKOUT = Path.of("testkit/servers/target/lab.classpath");

  ServerClasspath {
    jars = List.copyOf(jars);
  }

  /** As the JVM wants it in CLASSPATH. */
  String text() {
    return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** Looks where the settings say, then in the checkout that this code comes from. */
  static ServerClasspath find() {
    return find(System::getProperty, System::getenv, codeLocation());
  }

  static ServerClasspath find(
      Function<String, String> properties,
      Function<String, String> environment,
      Optional<Path> codeLocation) {
    Optional<Path> named =
        first(properties.apply(FILE_PROPERTY), environment.apply(FILE_VARIABLE)).map(Path::of);
    if (named.isPresent()) {
      return read(named.get());
    }
    Optional<Path> home =
        first(properties.apply(HOME_PROPERTY), environment.apply(HOME_VARIABLE)).map(Path::of);
    return Stream.concat(home.stream(), codeLocation.stream().flatMap(ServerClasspath::upwards))
        .map(folder -> folder.resolve(FILE_IN_CHECKOUT))
        .filter(Files::isRegularFile)
        .findFirst()
        .map(ServerClasspath::read)
        .orElseThrow(
            () ->
                new LabException(
                    "the jars of Hadoop's servers are not here: no file "
                        + FILE_IN_CHECKOUT
                        + " in the checkout and no "
                        + FILE_VARIABLE
                        + "; make it with: "
                        + MAKE_IT));
  }

  private static ServerClasspath read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new LabException(
          "cannot read the list of Hadoop's server jars " + file + "; make it with: " + MAKE_IT, e);
    }
    List<Path> jars =
        Stream.of(text.split("[\\r\\n" + File.pathSeparator + "]"))
            .filter(entry -> !entry.isBlank())
            .map(entry -> Path.of(entry.strip()))
            .toList();
    for (Path jar : jars) {
      if (!Files.exists(jar)) {
        throw new LabException(
            file + " names " + jar + ", which does not exist; make it anew with: " + MAKE_IT);
      }
    }
    if (jars.isEmpty()) {
      throw new LabException(file + " names no jars; make it anew with: " + MAKE_IT);
    }
    return new ServerClasspath(jars);
  }

  private static Optional<String> first(String one, String other) {
    return Stream.of(one, other).filter(value -> value != null && !value.isBlank()).findFirst();
  }

  private static Stream<Path> upwards(Path start) {
    return Stream.iterate(start, folder -> folder != null, Path::getParent);
  }

  /** The jar or folder of this code, for a lab's process that runs some of it. */
  static Path ownCode() {
    return codeLocation().orElseThrow();
  }

  private static Optional<Path> codeLocation() {
    try {
      return Optional.of(
          Path.of(
              ServerClasspath.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    } catch (URISyntaxException e) {
      throw new LabException("the lab's own jar has no usable address", e);
    }
  }
}
