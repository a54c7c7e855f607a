package org.millrace.testkit.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.millrace.testkit.lab.LabException;
import org.millrace.testkit.source.NumberedLinesReceiver;

/**
 * The program, before an upgrade and behind it: an operator with its output is gone, another one is
 * new, and the record that is the state has one more field. Both are compiled from one source, as a
 * user would build a changed program.
 */
enum ProgramVersion {
  A,
  B;

  static final String MAIN_CLASS = "org.millrace.chaos.NumberedSums";
  private static final String TEMPLATE = "NumberedSums.template";

  /** Whether it lacks state that the version before it had: B has a window more. */
  boolean dropsState() {
    return this == A;
  }

  ProgramVersion next() {
    return this == A ? B : A;
  }

  /** Compiles the program in this folder. */
  Path jar(Path folder) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new LabException(
          "the program of the chaos is compiled while it runs, and the Java in "
              + System.getProperty("java.home")
              + " has no compiler; set JAVA_HOME to a JDK");
    }
    Path work = folder.resolve("program-" + this);
    Path classes = Files.createDirectories(work.resolve("classes"));
    Path source = work.resolve(MAIN_CLASS.replace('.', '/') + ".java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, source());
    int status =
        compiler.run(
            null,
            null,
            null,
            "--release",
            "17",
            "-proc:none",
            "-nowarn",
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            classes.toString(),
            source.toString());
    if (status != 0) {
      throw new LabException("the program of the chaos does not compile: " + source);
    }
    Path jar = folder.resolve("program-" + this + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, out);
      }
      String receiver = NumberedLinesReceiver.class.getName().replace('.', '/') + ".class";
      out.putNextEntry(new JarEntry(receiver));
      try (InputStream code =
          NumberedLinesReceiver.class.getClassLoader().getResourceAsStream(receiver)) {
        code.transferTo(out);
      }
    }
    return jar;
  }

  private String source() throws IOException {
    try (InputStream in = ProgramVersion.class.getResourceAsStream(TEMPLATE)) {
      String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> lines = all.lines().toList();
      return lines.stream()
          .filter(line -> !line.startsWith("//") || line.startsWith("//" + this + ":"))
          .map(line -> line.startsWith("//") ? line.substring(4) : line)
          .collect(Collectors.joining("\n", "", "\n"));
    }
  }
}
