package org.millrace.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;

/** What the tests of the lab do with it, through Hadoop's own clients. */
final class LabClients {
  private static final Duration SOON = Duration.ofSeconds(60);

  private LabClients() {}

  static Configuration configuration(Lab lab) {
    Configuration configuration = new YarnConfiguration();
    for (String name : List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml")) {
      configuration.addResource(new Path(lab.configurationDirectory().resolve(name).toUri()));
    }
    return configuration;
  }

  static FileSystem hdfs(Lab lab) throws IOException {
    return FileSystem.newInstance(configuration(lab));
  }

  /** Submits an application whose master only runs the command and never registers. */
  static ApplicationId submit(Lab lab, String command) throws IOException, YarnException {
    try (YarnClient yarn = YarnClient.createYarnClient()) {
      yarn.init(configuration(lab));
      yarn.start();
      ApplicationSubmissionContext application =
          yarn.createApplication().getApplicationSubmissionContext();
      application.setApplicationName("lab test");
      application.setMaxAppAttempts(1);
      application.setResource(Resource.newInstance(128, 1));
      application.setAMContainerSpec(
          ContainerLaunchContext.newInstance(
              Map.of(), Map.of(), List.of(command), Map.of(), null, Map.of()));
      try {
        return yarn.submitApplication(application);
      } catch (YarnException refused) {
        // The client waits to see it accepted; one that ran and is over already is not refused.
        if (yarn.getApplicationAttempts(application.getApplicationId()).isEmpty()) {
          throw refused;
        }
        return application.getApplicationId();
      }
    }
  }

  /** Asks a page until it says all of this. */
  static void eventuallyContains(int port, String path, String... wanted) {
    long deadline = System.nanoTime() + SOON.toNanos();
    String said = Health.get(port, path).text();
    while (!Stream.of(wanted).allMatch(said::contains)) {
      assertThat(System.nanoTime())
          .as("%s with all of %s within %s; it says %s", path, List.of(wanted), SOON, said)
          .isLessThan(deadline);
      Pause.ms(50);
      said = Health.get(port, path).text();
    }
  }

  /** Asks again until there is an answer. */
  static <T> T eventually(String what, Duration timeout, Supplier<Optional<T>> question) {
    long deadline = System.nanoTime() + timeout.toNanos();
    Optional<T> answer = question.get();
    while (answer.isEmpty()) {
      assertThat(System.nanoTime()).as("%s within %s", what, timeout).isLessThan(deadline);
      Pause.ms(50);
      answer = question.get();
    }
    return answer.get();
  }
}
