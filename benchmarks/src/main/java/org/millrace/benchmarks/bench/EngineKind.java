package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The engines, and how their processes are started. */
enum EngineKind {
  LOOP("loop", "org.millrace.benchmarks.loop.LoopEngine"),
  TUNED_LOOP("tuned-loop", "org.millrace.benchmarks.loop.TunedLoopEngine"),
  MILLRACE("millrace", "org.millrace.benchmarks.millrace.MillraceEngine"),
  SPARK("spark", "org.millrace.benchmarks.spark.SparkEngine"),
  FLINK("flink", "org.millrace.benchmarks.flink.FlinkEngine"),
  JET("jet", "org.millrace.benchmarks.jet.JetEngine");

  private final String title;
  private final String mainClass;

  EngineKind(String title, String mainClass) {
    this.title = title;
    this.mainClass = mainClass;
  }

  static EngineKind named(String title) {
    return Arrays.stream(values())
        .filter(engine -> engine.title.equals(title))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no engine '" + title + "'; there are " + Arrays.toString(values())));
  }

  private boolean isPeer() {
    return this == SPARK || this == FLINK || this == JET;
  }

  /**
   * The command up to the main class.
   *
   * @param checkout the directory with benchmarks/peers; peers have their class path in {@code
   *     target/classes} and {@code target/classpath.txt}, and more flags in {@code
   *     java-options.txt}
   */
  List<String> command(Path checkout, List<String> flags) throws IOException {
    if (!isPeer()) {
      return ChildProcess.java(flags, List.of(mainClass));
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Path peer = checkout.resolve("benchmarks/peers").resolve(title);
    Path options = peer.resolve("java-options.txt");
    if (Files.exists(options)) {
      command.add("@" + options);
    }
    command.addAll(flags);
    Path classPath = peer.resolve("target/classpath.txt");
    if (!Files.exists(classPath)) {
      throw new IllegalStateException(
          classPath + " is missing; bin/millrace bench --engines " + title + " builds it");
    }
    command.add("-cp");
    command.add(peer.resolve("target/classes") + ":" + Files.readString(classPath).strip());
    command.add(mainClass);
    return command;
  }

  @Override
  public String toString() {
    return title;
  }
}
