package org.millrace.am.yarn;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.LocalResourceType;
import org.apache.hadoop.yarn.api.records.LocalResourceVisibility;
import org.apache.hadoop.yarn.api.records.URL;

/**
 * A file on the cluster that a NodeManager puts into containers. Immutable.
 *
 * @param link its name in the working directory
 * @param uri where it lies
 * @param sizeBytes must be the file's size, or the container does not start
 * @param modifiedMs must be the file's modification time, or the container does not start
 * @param kind as it is, or unpacked
 * @param sharing who may use the node's copy
 */
public record ContainerResource(
    String link, URI uri, long sizeBytes, long modifiedMs, Kind kind, Sharing sharing) {

  private static final int FIELDS = 6;

  /** What the NodeManager does with the file. */
  public enum Kind {
    /** Linked as it is. */
    FILE,
    /** Unpacked into a directory. */
    ARCHIVE
  }

  /** Who may use a node's copy of the file. */
  public enum Sharing {
    /** All users; the file and all directories above it are readable by everyone. */
    PUBLIC,
    /** All applications of the user. */
    PRIVATE,
    /** This application. */
    APPLICATION
  }

  public ContainerResource {
    Objects.requireNonNull(uri, "uri");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(sharing, "sharing");
    if (link.isEmpty() || link.startsWith("/") || List.of(link.split("/")).contains("..")) {
      throw new IllegalArgumentException("'" + link + "' is no name within a directory");
    }
  }

  /** One line from which {@link #parse} makes an equal resource. */
  public String text() {
    return String.join(
        "|",
        kind.name(),
        sharing.name(),
        Long.toString(sizeBytes),
        Long.toString(modifiedMs),
        uri.toString(),
        link);
  }

  /** Reads what {@link #text()} wrote. */
  public static ContainerResource parse(String text) {
    String[] fields = text.split("\\|", FIELDS);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(
          "a container resource has %d fields, not %s".formatted(FIELDS, Arrays.toString(fields)));
    }
    return new ContainerResource(
        fields[5],
        URI.create(fields[4]),
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        Kind.valueOf(fields[0]),
        Sharing.valueOf(fields[1]));
  }

  /** The same in YARN's words. */
  public LocalResource toYarn() {
    return LocalResource.newInstance(
        URL.fromPath(new Path(uri)),
        LocalResourceType.valueOf(kind.name()),
        LocalResourceVisibility.valueOf(sharing.name()),
        sizeBytes,
        modifiedMs);
  }
}
