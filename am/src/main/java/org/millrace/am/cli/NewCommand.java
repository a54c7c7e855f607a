package org.millrace.am.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace new}: writes a small project that builds and can be submitted. */
@Command(
    name = "new",
    description = "Write a small project: a word count that builds with Maven.",
    mixinStandardHelpOptions = true)
public final class NewCommand implements CliCommand {
  private static final String TEMPLATES = "project/";
  private static final String API = "millrace-api";

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "The directory, new or empty.")
  private Path directory;

  @Override
  public Integer call() {
    Path target = directory.toAbsolutePath().normalize();
    String name = target.getFileName().toString();
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          "'%s' cannot be the name of a project; use letters, digits, '.', '_' and '-'"
              .formatted(name));
    }
    requireEmpty(target);
    Path api = apiJar(Installation.ofThisProcess().home().resolve("lib"));
    String file = api.getFileName().toString();
    String version = file.substring(API.length() + 1, file.length() - ".jar".length());
    try {
      write("pom.xml", target.resolve("pom.xml"), name, version);
      write("README.md", target.resolve("README.md"), name, version);
      write(
          "WordCount.java.txt",
          target.resolve("src/main/java/org/example/WordCount.java"),
          name,
          version);
      repository(target.resolve("repository"), api, version);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.STORAGE_FAILED, "The project cannot be written to " + target, e);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "Wrote " + target + ". Build it with 'mvn package' there; README.md says the rest.");
    return MillraceCommandLine.EXIT_OK;
  }

  private static void requireEmpty(Path target) {
    if (!Files.exists(target)) {
      return;
    }
    try (Stream<Path> content = Files.list(target)) {
      if (content.findAny().isEmpty()) {
        return;
      }
    } catch (IOException e) {
      throw new MillraceException(ErrorCode.INVALID_ARGUMENT, target + " is not a directory", e);
    }
    throw new MillraceException(
        ErrorCode.INVALID_ARGUMENT, "The directory " + target + " is not empty; name a new one");
  }

  private static Path apiJar(Path lib) {
    try (Stream<Path> jars = Files.list(lib)) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith(API + "-"))
          .findFirst()
          .orElseThrow(
              () ->
                  new MillraceException(
                      ErrorCode.NO_SUCH_JAR, "There is no " + API + " in " + lib));
    } catch (IOException e) {
      throw new UncheckedIOException("The directory " + lib + " cannot be listed", e);
    }
  }

  /** A Maven repository with the API alone, so that the project builds wherever it is taken. */
  private static void repository(Path repository, Path api, String version) throws IOException {
    Path folder = repository.resolve("org/millrace/" + API).resolve(version);
    Files.createDirectories(folder);
    String name = API + "-" + version;
    Files.copy(api, folder.resolve(name + ".jar"));
    Files.writeString(
        folder.resolve(name + ".pom"),
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>org.millrace</groupId>
          <artifactId>%s</artifactId>
          <version>%s</version>
        </project>
        """
            .formatted(API, version));
  }

  private static void write(String template, Path file, String name, String version)
      throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            NewCommand.class.getResourceAsStream(TEMPLATES + template), template)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text.replace("@NAME@", name).replace("@VERSION@", version));
    }
  }
}
