package org.millrace.am.submit;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * A file that the user named for the containers: a local path, or a URI of a cluster's file system.
 * Immutable.
 *
 * @param local the path, if it is local
 * @param uri where it is, if it is not local
 * @param name its name in the container
 */
record LocalizedFile(Optional<Path> local, URI uri, String name) {

  /** A local file under its own name. */
  static LocalizedFile of(Path file) {
    return new LocalizedFile(Optional.of(file), file.toUri(), file.getFileName().toString());
  }

  /**
   * Understands {@code path}, {@code file:/path}, {@code hdfs://host/path}, each with {@code #name}
   * behind it for another name in the container.
   *
   * @throws MillraceException with code NO_SUCH_PATH when a local file does not exist
   */
  static LocalizedFile parse(String text) {
    int mark = text.lastIndexOf('#');
    String place = mark < 0 ? text : text.substring(0, mark);
    URI uri = place.matches("[a-z][a-z0-9+.-]+:/.*") ? URI.create(place) : null;
    if (uri != null && !uri.getScheme().equals("file")) {
      return new LocalizedFile(Optional.empty(), uri, name(text, mark, Path.of(uri.getPath())));
    }
    Path local = uri == null ? Path.of(place) : Path.of(uri.getPath());
    if (!Files.isRegularFile(local)) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_PATH, "There is no file " + local.toAbsolutePath().normalize());
    }
    return new LocalizedFile(Optional.of(local), local.toUri(), name(text, mark, local));
  }

  private static String name(String text, int mark, Path path) {
    return mark < 0 ? path.getFileName().toString() : text.substring(mark + 1);
  }
}
