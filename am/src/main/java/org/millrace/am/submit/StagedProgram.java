package org.millrace.am.submit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.millrace.am.yarn.ContainerLayout;
import org.millrace.am.yarn.ContainerResource;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Puts the program's files into the application's staging directory, in order. */
final class StagedProgram {
  private static final Set<String> RESERVED =
      Set.of(
          ContainerLayout.FRAMEWORK,
          ContainerLayout.CONFIGURATION,
          ContainerLayout.KEYTAB,
          "tmp",
          "stdout",
          "stderr");

  private final ClusterFiles files;
  private final Path staging;
  private final List<ContainerResource> resources = new ArrayList<>();
  private final List<String> jarLinks = new ArrayList<>();
  private final Set<String> names = new HashSet<>(RESERVED);

  StagedProgram(ClusterFiles files, Path staging) {
    this.files = Objects.requireNonNull(files, "files");
    this.staging = Objects.requireNonNull(staging, "staging");
  }

  /** A jar of the program, behind those given before. */
  void jar(LocalizedFile jar) {
    // The number keeps two jars of one name apart.
    String link = ContainerLayout.PROGRAM_JARS + "/" + jarLinks.size() + "-" + jar.name();
    resources.add(files.resource(place(jar, link), link, ContainerResource.Kind.FILE));
    jarLinks.add(link);
  }

  /** A file for the working directory of each container. */
  void file(LocalizedFile file) {
    requireFree(file.name());
    resources.add(
        files.resource(
            place(file, "files/" + file.name()), file.name(), ContainerResource.Kind.FILE));
  }

  /** An archive to be unpacked in the working directory of each container. */
  void archive(LocalizedFile archive) {
    requireFree(archive.name());
    resources.add(
        files.resource(
            place(archive, "archives/" + archive.name()),
            archive.name(),
            ContainerResource.Kind.ARCHIVE));
  }

  List<ContainerResource> resources() {
    return List.copyOf(resources);
  }

  /** Links of the jars in class path order. */
  List<String> jarLinks() {
    return List.copyOf(jarLinks);
  }

  private Path place(LocalizedFile file, String relative) {
    if (file.local().isEmpty()) {
      return files.existing(file.uri());
    }
    Path target = new Path(staging, relative);
    files.upload(file.local().get(), target);
    return target;
  }

  private void requireFree(String name) {
    if (!names.add(name)) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          "Two files would be named '%s' in a container; give one another name with path#name"
              .formatted(name));
    }
  }
}
