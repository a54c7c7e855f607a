package org.millrace.checkpoint.files.adapter;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;

/** Between the strings of the port and paths of the local file system. Immutable. */
final class LocalPaths {

  private static final String SCHEME = "file:";

  private LocalPaths() {}

  /** A path from {@code file:/a}, {@code file:///a} or {@code /a}. */
  static Path parse(String path) {
    String plain = path.startsWith(SCHEME) ? path.substring(SCHEME.length()) : path;
    if (plain.startsWith("//")) {
      plain = plain.substring(plain.indexOf('/', 2));
    }
    return Path.of(plain).toAbsolutePath().normalize();
  }

  static String format(Path path) {
    return SCHEME + "//" + path.toAbsolutePath();
  }

  /** All paths that match, component by component. */
  static List<Path> glob(Path pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    found.add(pattern.getRoot());
    for (Path component : pattern) {
      found = descend(found, component.toString());
    }
    return found;
  }

  private static List<Path> descend(List<Path> parents, String component) throws IOException {
    List<Path> found = new ArrayList<>();
    boolean literal = component.chars().noneMatch(c -> "*?[{".indexOf(c) >= 0);
    for (Path parent : parents) {
      if (literal) {
        Path child = parent.resolve(component);
        if (Files.exists(child, LinkOption.NOFOLLOW_LINKS)) {
          found.add(child);
        }
      } else {
        addMatches(parent, component, found);
      }
    }
    return found;
  }

  private static void addMatches(Path parent, String component, List<Path> found)
      throws IOException {
    PathMatcher matcher =
        parent.getFileSystem().getPathMatcher("glob:" + component.replace("[^", "[!"));
    try (DirectoryStream<Path> children = Files.newDirectoryStream(parent)) {
      for (Path child : children) {
        if (matcher.matches(child.getFileName())) {
          found.add(child);
        }
      }
    } catch (NotDirectoryException e) {
      // A file has no children that could match the rest of the pattern.
      return;
    }
  }
}
