package org.millrace.am.submit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.millrace.am.yarn.ContainerLayout;
import org.millrace.am.yarn.LaunchPlan;

/** The configuration archive: the client's Hadoop site files, log configuration, launch plan. */
final class ConfigurationArchive {
  private static final List<String> SITE_FILES =
      List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml");

  private static final List<String> ROLES = List.of("driver", "executor");
  private static final String BUILT_IN = "/org/millrace/conf/";

  private ConfigurationArchive() {}

  /**
   * The archive's bytes, a zip file.
   *
   * @param siteDirectory where the site may have log configurations of its own
   */
  static byte[] bytes(Configuration configuration, LaunchPlan plan, Path siteDirectory) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : SITE_FILES) {
        URL file = configuration.getResource(name);
        if (file != null) {
          try (InputStream in = file.openStream()) {
            put(zip, name, in);
          }
        }
      }
      for (String role : ROLES) {
        String name = ContainerLayout.logConfiguration(role);
        try (InputStream in = logConfiguration(siteDirectory.resolve(name), name)) {
          put(zip, name, in);
        }
      }
      zip.putNextEntry(new ZipEntry(ContainerLayout.LAUNCH_PLAN));
      plan.writeTo(zip);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException("The site configuration of Hadoop cannot be read", e);
    }
    return bytes.toByteArray();
  }

  private static InputStream logConfiguration(Path ofSite, String name) throws IOException {
    return Files.exists(ofSite)
        ? Files.newInputStream(ofSite)
        : Objects.requireNonNull(
            ConfigurationArchive.class.getResourceAsStream(BUILT_IN + name), name);
  }

  private static void put(ZipOutputStream zip, String name, InputStream content)
      throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    content.transferTo(zip);
    zip.closeEntry();
  }
}
