package org.millrace.am.submit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.millrace.am.yarn.ContainerLayout;
import org.millrace.am.yarn.LaunchPlan;

/** The configuration archive: the client's own Hadoop site files and the launch plan. */
final class ConfigurationArchive {
  private static final List<String> SITE_FILES =
      List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml");

  private ConfigurationArchive() {}

  /** The archive's bytes, a zip file. */
  static byte[] bytes(Configuration configuration, LaunchPlan plan) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : SITE_FILES) {
        URL file = configuration.getResource(name);
        if (file != null) {
          zip.putNextEntry(new ZipEntry(name));
          try (InputStream in = file.openStream()) {
            in.transferTo(zip);
          }
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
}
