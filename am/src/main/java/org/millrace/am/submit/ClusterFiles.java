package org.millrace.am.submit;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.millrace.am.yarn.ContainerResource;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** The cluster's file system as the client uses it. Thread-safe. */
final class ClusterFiles {
  private static final FsPermission OWNER_ONLY = new FsPermission((short) 0700);
  private static final FsPermission READABLE_DIRECTORY = new FsPermission((short) 0755);
  private static final FsPermission OWNER_FILE = new FsPermission((short) 0600);
  private static final FsPermission READABLE_FILE = new FsPermission((short) 0644);

  private final FileSystem files;
  private final Configuration configuration;

  private ClusterFiles(FileSystem files, Configuration configuration) {
    this.files = files;
    this.configuration = configuration;
  }

  /** Connects to the default file system of the configuration; blocks until it has answered. */
  static ClusterFiles connect(Configuration configuration) {
    try {
      FileSystem files = FileSystem.get(configuration);
      if (files.getScheme().equals("file")) {
        throw new MillraceException(
            ErrorCode.CLUSTER_UNAVAILABLE,
            "No cluster is configured: fs.defaultFS is "
                + files.getUri()
                + "; set HADOOP_CONF_DIR to the directory with core-site.xml and yarn-site.xml");
      }
      return new ClusterFiles(files, configuration);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.CLUSTER_UNAVAILABLE,
          "The file system %s cannot be reached".formatted(FileSystem.getDefaultUri(configuration)),
          e);
    }
  }

  FileSystem fileSystem() {
    return files;
  }

  /** A directory of the configuration, else one below the user's home. */
  Path directory(String configured, String belowHome) {
    return configured.isEmpty()
        ? new Path(files.getHomeDirectory(), belowHome)
        : files.makeQualified(new Path(configured));
  }

  /** Makes a directory that only its owner may enter. */
  void makePrivateDirectory(Path directory) {
    try {
      files.mkdirs(directory);
      files.setPermission(directory, OWNER_ONLY);
    } catch (IOException e) {
      throw failed("The directory " + directory + " cannot be made", e);
    }
  }

  void delete(Path directory) {
    try {
      files.delete(directory, true);
    } catch (IOException e) {
      throw failed("The directory " + directory + " cannot be deleted", e);
    }
  }

  boolean exists(Path file) {
    try {
      return files.exists(file);
    } catch (IOException e) {
      throw failed("The path " + file + " cannot be looked at", e);
    }
  }

  /**
   * Uploads a local file that many applications share, so that it is there as a whole or not at
   * all, and so that of two clients at the same time one wins and both succeed.
   */
  void publish(java.nio.file.Path local, Path target, String uniqueSuffix) {
    Path unfinished = target.suffix(".uploading-" + uniqueSuffix);
    try {
      Path directory = target.getParent();
      if (!files.exists(directory)) {
        files.mkdirs(directory, READABLE_DIRECTORY);
        files.setPermission(directory, READABLE_DIRECTORY);
      }
      copy(local, unfinished);
      files.setPermission(unfinished, READABLE_FILE);
      if (!files.rename(unfinished, target)) {
        files.delete(unfinished, false);
        if (!files.exists(target)) {
          throw new IOException("rename to " + target + " was refused");
        }
      }
    } catch (IOException e) {
      throw failed("The framework archive cannot be put to " + target, e);
    }
  }

  /** Uploads a local file of one application. */
  void upload(java.nio.file.Path local, Path target) {
    try {
      copy(local, target);
    } catch (IOException e) {
      throw failed("The file " + local + " cannot be put to " + target, e);
    }
  }

  /**
   * Uploads a local file that nobody but its owner may read; its directory must be private, because
   * the permission is set after the file exists.
   */
  void uploadPrivately(java.nio.file.Path local, Path target) {
    try {
      try (OutputStream out = FileSystem.create(files, target, OWNER_FILE)) {
        Files.copy(local, out);
      }
    } catch (IOException e) {
      throw failed("The file " + local + " cannot be put to " + target, e);
    }
  }

  /** Writes a small file of one application. */
  void write(byte[] content, Path target) {
    try (OutputStream out = files.create(target, true)) {
      out.write(content);
    } catch (IOException e) {
      throw failed("The file " + target + " cannot be written", e);
    }
  }

  /** A file of the cluster as containers get it. */
  ContainerResource resource(Path file, String link, ContainerResource.Kind kind) {
    return resource(file, link, kind, ContainerResource.Sharing.APPLICATION);
  }

  /** A file that all containers of a node share, with as many users as its permissions allow. */
  ContainerResource sharedResource(Path file, String link, ContainerResource.Kind kind) {
    return resource(
        file,
        link,
        kind,
        isPublic(file) ? ContainerResource.Sharing.PUBLIC : ContainerResource.Sharing.PRIVATE);
  }

  /** A file that is on a cluster's file system already. */
  Path existing(URI uri) {
    Path path = new Path(uri);
    try {
      FileSystem other = path.getFileSystem(configuration);
      if (!other.getFileStatus(path).isFile()) {
        throw new MillraceException(ErrorCode.NO_SUCH_PATH, uri + " is not a file");
      }
      return other.makeQualified(path);
    } catch (IOException e) {
      throw new MillraceException(ErrorCode.NO_SUCH_PATH, "There is no file " + uri, e);
    }
  }

  private ContainerResource resource(
      Path file, String link, ContainerResource.Kind kind, ContainerResource.Sharing sharing) {
    try {
      FileStatus status = file.getFileSystem(configuration).getFileStatus(file);
      return new ContainerResource(
          link,
          status.getPath().toUri(),
          status.getLen(),
          status.getModificationTime(),
          kind,
          sharing);
    } catch (IOException e) {
      throw failed("The path " + file + " cannot be looked at", e);
    }
  }

  /** YARN refuses a PUBLIC file unless everyone may read it and enter each directory above it. */
  private boolean isPublic(Path file) {
    try {
      if (!files.getFileStatus(file).getPermission().getOtherAction().implies(FsAction.READ)) {
        return false;
      }
      for (Path above = file.getParent(); above != null; above = above.getParent()) {
        if (!files
            .getFileStatus(above)
            .getPermission()
            .getOtherAction()
            .implies(FsAction.EXECUTE)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw failed("The permissions of " + file + " cannot be looked at", e);
    }
  }

  private void copy(java.nio.file.Path local, Path target) throws IOException {
    try (OutputStream out = files.create(target, true)) {
      Files.copy(local, Objects.requireNonNull(out));
    }
  }

  private static MillraceException failed(String what, IOException cause) {
    return new MillraceException(ErrorCode.STORAGE_FAILED, what, cause);
  }
}
