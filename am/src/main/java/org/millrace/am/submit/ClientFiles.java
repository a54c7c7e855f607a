package org.millrace.am.submit;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What a submission needs of this machine. Immutable.
 *
 * @param framework the jars that driver and executors run with
 * @param siteDirectory where {@code millrace-site.xml} and log configurations may be
 * @param cache for what is made once on this machine
 */
public record ClientFiles(FrameworkJars framework, Path siteDirectory, Path cache) {
  public ClientFiles {
    Objects.requireNonNull(framework, "framework");
    Objects.requireNonNull(siteDirectory, "siteDirectory");
    Objects.requireNonNull(cache, "cache");
  }
}
