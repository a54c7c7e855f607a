package org.millrace.am.submit;

import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Reads {@code millrace-site.xml}, which has the form of Hadoop's own site files. */
public final class SiteFile {
  private SiteFile() {}

  /** The properties of the file by name, with {@code ${...}} replaced. */
  public static Map<String, String> read(File file) {
    Configuration configuration = new Configuration(false);
    configuration.addResource(new Path(file.toURI()));
    Map<String, String> settings = new TreeMap<>();
    try {
      configuration.forEach(
          entry -> settings.put(entry.getKey(), configuration.get(entry.getKey())));
    } catch (RuntimeException e) {
      throw new MillraceException(
          ErrorCode.INVALID_CONFIGURATION_VALUE, "The site file " + file + " cannot be read", e);
    }
    return settings;
  }
}
