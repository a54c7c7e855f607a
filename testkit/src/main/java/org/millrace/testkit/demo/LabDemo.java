package org.millrace.testkit.demo;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.millrace.am.submit.Cluster;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.examples.SocketAndFilesWordCount;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabProcess;
import org.millrace.testkit.lab.ProgressListener;

/** The demo on real YARN and HDFS processes. */
final class LabDemo implements Demo {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Feed feed;
  private final Path home;
  private final boolean keep;
  private final Consumer<String> out;

  /**
   * @param home the lab's folder
   * @param keep whether lab and application stay
   */
  LabDemo(Feed feed, Path home, boolean keep, Consumer<String> out) {
    this.feed = feed;
    this.home = home;
    this.keep = keep;
    this.out = out;
  }

  @Override
  public int run() throws Exception {
    Path examples = examples();
    boolean wasThere = Lab.exists(home);
    out.accept(
        wasThere
            ? "using the Hadoop of " + home + "; what is missing of it starts now"
            : "starting HDFS and YARN in " + home);
    long startNanos = System.nanoTime();
    try {
      Lab lab = Lab.builder(home).start(progress());
      double labSeconds = seconds(System.nanoTime() - startNanos);
      out.accept("YARN is at " + lab.webAddress("rm") + "cluster");
      out.accept("HDFS is at " + lab.webAddress("nn"));
      int code = count(lab, examples, labSeconds);
      if (code != 0 && !keep) {
        out.accept("run it again with --keep to look at the logs");
      }
      return code;
    } finally {
      end(wasThere);
    }
  }

  private int count(Lab lab, Path examples, double labSeconds) throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    URL configuration = lab.configurationDirectory().toUri().toURL();
    try (URLClassLoader withLab = new URLClassLoader(new URL[] {configuration}, before)) {
      Thread.currentThread().setContextClassLoader(withLab);
      try (HadoopStorage storage =
          HadoopStorage.create(lab, "/millrace-demo/" + System.currentTimeMillis())) {
        return count(lab, storage, examples, labSeconds);
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private int count(Lab lab, HadoopStorage storage, Path examples, double labSeconds)
      throws Exception {
    try (Cluster cluster = Cluster.connect();
        Feeding feeding = new Feeding(feed, storage, out)) {
      LabApplication application =
          new LabApplication(lab, cluster, SocketAndFilesWordCount.class.getName(), out);
      return new LabCount(feed, feeding, storage, application, keep, out).run(examples, labSeconds);
    } finally {
      if (!keep) {
        storage.delete();
      }
    }
  }

  private void end(boolean wasThere) {
    if (!keep && !wasThere && Lab.exists(home)) {
      // Whoever broke off interrupted this thread; the end must not be interrupted.
      Thread.interrupted();
      Lab.attach(home).down();
      out.accept("YARN and HDFS are down, their folder is deleted");
    } else if (Lab.exists(home)) {
      out.accept("YARN and HDFS stay up; end them with: bin/millrace lab down" + homeOption());
    }
  }

  private String homeOption() {
    Path usual = Path.of(System.getProperty("user.home"), ".millrace", "lab");
    return home.toAbsolutePath().equals(usual) ? "" : " --home " + home;
  }

  private ProgressListener progress() {
    return new ProgressListener() {
      @Override
      public void onReady(LabProcess process, Duration elapsed) {
        out.accept("  " + process.name() + " " + process.title() + " is ready");
      }

      @Override
      public void onNote(String note) {
        out.accept("  " + note);
      }
    };
  }

  private static Path examples() {
    String installation = System.getProperty("org.millrace.home", System.getenv("MILLRACE_HOME"));
    Path jar = installation == null ? null : Path.of(installation).resolve("millrace-examples.jar");
    if (jar == null || !Files.isRegularFile(jar)) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_JAR,
          "the jar of the examples is not there (%s); start the demo with bin/millrace demo"
              .formatted(jar));
    }
    return jar;
  }

  /** Seconds of nanoseconds. */
  static double seconds(long nanos) {
    return nanos / NANOS_PER_SECOND;
  }
}
