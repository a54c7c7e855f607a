package org.millrace.parity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.millrace.am.cli.MigrateCommand;
import org.millrace.am.cli.MillraceCommandLine;

/**
 * The programs of {@code src/programs}, written for Spark, compiled and run twice: as they are on
 * Spark, and migrated by {@code millrace migrate} on Millrace. Each side has a JVM and a class path
 * of its own.
 */
final class SparkAndMillrace {
  private static final Path PROGRAMS = Path.of("src/programs").toAbsolutePath();
  private static final Path WORK = Path.of("target/parity").toAbsolutePath();
  private static final long TIMEOUT_MINUTES = 10;
  private static final String[] OPENED_TO_SPARK = {
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar"
  };

  private SparkAndMillrace() {}

  /** What the test needs of Spark, on one line. */
  static String sparkClassPath() throws IOException {
    return Files.readString(Path.of("spark/target/spark.classpath")).strip();
  }

  /** The programs as Spark's compiler made them. */
  static Path sparkClasses() throws IOException {
    return compiled("spark", PROGRAMS, sparkClassPath());
  }

  /** Lines by program, as Spark gave them. */
  static Map<String, List<String>> runOnSpark() throws Exception {
    List<String> jvm = new ArrayList<>();
    for (String name : OPENED_TO_SPARK) {
      jvm.add("--add-opens=java.base/" + name + "=ALL-UNNAMED");
    }
    jvm.add("-Dspark.ui.enabled=false");
    return run("spark", sparkClasses() + File.pathSeparator + sparkClassPath(), jvm);
  }

  /** Lines by program, as Millrace gave them. */
  static Map<String, List<String>> runOnMillrace() throws Exception {
    Path classes = compiledHere("millrace", PROGRAMS);
    String classPath = System.getProperty("java.class.path");
    return run("millrace", classes + File.pathSeparator + classPath, List.of());
  }

  /** Programs that were written for Spark, migrated by {@code millrace migrate} and compiled. */
  static Path compiledHere(String name, Path programs) throws IOException {
    Path sources = WORK.resolve(name + "-migrated");
    copy(programs, sources);
    StringWriter told = new StringWriter();
    int code =
        MillraceCommandLine.of(List.of(new MigrateCommand()))
            .writingTo(new PrintWriter(told), new PrintWriter(told))
            .execute("migrate", sources.toString());
    if (code != 0) {
      throw new IllegalStateException("millrace migrate: " + told);
    }
    return compiled(name, sources, System.getProperty("java.class.path"));
  }

  static Path compiled(String name, Path sources, String classPath) throws IOException {
    Path classes = WORK.resolve(name + "-classes");
    Files.createDirectories(classes);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8);
        Stream<Path> all = Files.walk(sources)) {
      List<Path> java = all.filter(file -> file.toString().endsWith(".java")).toList();
      boolean done =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-d", classes.toString(), "-cp", classPath, "-nowarn", "-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(java))
              .call();
      if (!done) {
        throw new IllegalStateException(
            "the programs do not compile for " + name + ":\n" + messages);
      }
    }
    return classes;
  }

  private static Map<String, List<String>> run(String name, String classPath, List<String> jvm)
      throws Exception {
    Path results = WORK.resolve(name + ".txt");
    Path log = WORK.resolve(name + ".log");
    Path state = WORK.resolve(name + "-state");
    Files.deleteIfExists(results);
    Files.createDirectories(state);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(
        List.of(
            "-Xmx1g",
            "-cp",
            classPath,
            "org.example.parity.Runner",
            results.toString(),
            state.toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException(name + " did not end in time; see " + log);
    }
    if (process.exitValue() != 0 || !Files.exists(results)) {
      throw new IllegalStateException(name + " ended with " + process.exitValue() + "; see " + log);
    }
    Map<String, List<String>> byProgram = new LinkedHashMap<>();
    List<String> current = new ArrayList<>();
    for (String line : Files.readAllLines(results)) {
      if (line.startsWith("== ")) {
        current = new ArrayList<>();
        byProgram.put(line.substring(3), current);
      } else {
        current.add(line);
      }
    }
    return byProgram;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.writeString(target, Files.readString(file));
        }
      }
    }
  }
}
