package org.millrace.am.submit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.millrace.am.yarn.UserProgram;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.executor.adapter.UserClassLoader;

/** Looks into the program's jar before anything is sent to the cluster. */
final class ProgramJar {
  private ProgramJar() {}

  /**
   * Checks that the jar is one and that it, the other local jars and the framework together have
   * the main class. Nothing of the program is run.
   */
  static void check(Path jar, String mainClass, List<Path> otherJars) {
    requireJar(jar);
    otherJars.forEach(ProgramJar::requireJar);
    List<Path> all = new ArrayList<>(List.of(jar));
    all.addAll(otherJars);
    try (UserClassLoader loader = UserClassLoader.over(all, ProgramJar.class.getClassLoader())) {
      UserProgram.find(mainClass, loader);
    } catch (IOException e) {
      throw new UncheckedIOException("The jar " + jar + " cannot be closed", e);
    }
  }

  private static void requireJar(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_JAR, "There is no jar " + jar.toAbsolutePath().normalize());
    }
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      if (zip.size() == 0) {
        throw new MillraceException(ErrorCode.NO_SUCH_JAR, "The jar " + jar + " is empty");
      }
    } catch (ZipException e) {
      throw new MillraceException(ErrorCode.NO_SUCH_JAR, jar + " is not a jar", e);
    } catch (IOException e) {
      throw new MillraceException(ErrorCode.NO_SUCH_JAR, "The jar " + jar + " cannot be read", e);
    }
  }
}
