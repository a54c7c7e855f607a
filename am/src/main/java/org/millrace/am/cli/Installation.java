package org.millrace.am.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.millrace.am.submit.ClientFiles;
import org.millrace.am.submit.FrameworkJars;
import org.millrace.am.submit.SiteFile;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Where this installation has its files. Immutable.
 *
 * @param home with {@code lib} and {@code conf}
 * @param cache for what is made once on this machine
 */
record Installation(Path home, Path cache) {
  private static final String HOME_PROPERTY = "org.millrace.home";
  private static final String SITE_FILE = "millrace-site.xml";

  /** The installation of this process, from what {@code bin/millrace} or the launcher set. */
  static Installation ofThisProcess() {
    String home = System.getProperty(HOME_PROPERTY, System.getenv("MILLRACE_HOME"));
    if (home == null || home.isEmpty()) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          "MILLRACE_HOME is not set; use bin/millrace, or set it to where Millrace is installed");
    }
    return new Installation(
        Path.of(home), Path.of(System.getProperty("user.home"), ".millrace", "cache"));
  }

  /** What a submission needs of this machine. */
  ClientFiles clientFiles() {
    return new ClientFiles(FrameworkJars.in(home.resolve("lib")), siteDirectory(), cache);
  }

  /** The configuration of this site, empty without a {@code conf/millrace-site.xml}. */
  Map<String, String> siteSettings() {
    Path file = siteDirectory().resolve(SITE_FILE);
    return Files.exists(file) ? SiteFile.read(file.toFile()) : Map.of();
  }

  private Path siteDirectory() {
    String directory = System.getenv("MILLRACE_CONF_DIR");
    return directory == null || directory.isEmpty() ? home.resolve("conf") : Path.of(directory);
  }

  /** A properties file as a map; one in Hadoop's own form when its name ends with {@code .xml}. */
  static Map<String, String> properties(Path file) {
    if (file.toString().endsWith(".xml") && Files.exists(file)) {
      return SiteFile.read(file.toFile());
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          "The properties file " + file.toAbsolutePath() + " cannot be read",
          e);
    }
    Map<String, String> settings = new TreeMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> settings.put(name, properties.getProperty(name)));
    return settings;
  }
}
