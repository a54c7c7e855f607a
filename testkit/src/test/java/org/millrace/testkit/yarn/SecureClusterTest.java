package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.token.Token;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LoggedError;
import org.millrace.testkit.lab.ProgressListener;

/**
 * HDFS and YARN with Kerberos, a key distribution center of their own, and two users with keytabs.
 */
@Tag("lab")
class SecureClusterTest {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final String LINE = "the mill grinds only what the water brings";
  private static final int LINES = 500;

  @TempDir private static Path home;
  private static Lab lab;

  @TempDir private Path outputs;

  @BeforeAll
  static void startTheLab() {
    lab =
        Lab.builder(home.resolve("secure"))
            .secure()
            .dataNodes(1)
            .set("yarn.acl.enable", "true")
            .set("yarn.admin.acl", "yarn")
            .set("yarn.scheduler.capacity.root.acl_administer_queue", "yarn")
            .set("yarn.nodemanager.delete.debug-delay-sec", "3600")
            .start(ProgressListener.silent());
  }

  @AfterAll
  static void endTheLab() {
    if (lab != null) {
      List<LoggedError> errors = lab.unexpectedErrors();
      lab.close();
      assertThat(errors).isEmpty();
    }
  }

  @Test
  void countsWordsForAUserWithAKeytabAndObeysNobodyElse() throws Exception {
    Installation alice = as("alice");
    alice.hdfs("-mkdir", "-p", "/user/alice/in", "/user/alice/made");
    try (LineServer server = new LineServer()) {
      String application =
          alice
              .run(
                  Installation.submission(
                      "org.millrace.examples.SocketAndFilesWordCount",
                      alice.examples(),
                      "localhost",
                      Integer.toString(server.port()),
                      "/user/alice/in",
                      "/user/alice/out/batch"))
              .application();
      ApplicationPage page = new ApplicationPage(lab, application);
      page.await("the first batch", LONG, () -> page.total("completedBatches") > 0);
      page.await("both executors", LONG, () -> page.executors().size() == 2);
      page.await(
          "alice is its user", LONG, () -> page.status().orElse("").contains("\"user\":\"alice\""));
      assertThatOnlyTheMasterHoldsItsToken(application);

      Path file = outputs.resolve("words");
      Files.writeString(file, (LINE + "\n").repeat(LINES), StandardCharsets.UTF_8);
      alice.hdfs("-put", file.toString(), "/user/alice/made/words");
      alice.hdfs("-mv", "/user/alice/made/words", "/user/alice/in/words");
      for (int i = 0; i < LINES; i++) {
        server.send(LINE);
      }
      page.await("the lines are counted", LONG, () -> page.total("records") >= LINES);

      Installation.Result refused = as("bob").tryTo("stop", application);
      assertThat(refused.exitCode()).as(refused.output()).isEqualTo(1);
      assertThat(refused.output())
          .contains("bob")
          .contains("millrace.yarn.modifyAcl")
          .doesNotContain("\tat ");

      assertThat(alice.run("stop", application).output()).contains("SUCCEEDED");
    }
    assertThat(counted(alice.hdfs("-cat", "/user/alice/out/*/part-*").output()))
        .isEqualTo(expected());
  }

  @Test
  void whoHasNoTicketIsToldSoInOneLine() throws Exception {
    Installation nobody =
        new Installation(
            lab,
            outputs,
            Map.of("KRB5CCNAME", outputs.resolve("no-tickets").toString()),
            List.of(lab.kerberosOption()));

    Installation.Result result =
        nobody.tryTo(
            "submit", "--class", "org.millrace.examples.QueueStream", nobody.examples().toString());

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).contains("has no ticket; run kinit").doesNotContain("\tat ");
    assertThat(result.output().lines().filter(line -> line.startsWith("millrace:"))).hasSize(1);
  }

  private Installation as(String user) {
    return new Installation(lab, outputs, lab.login(user), List.of(lab.kerberosOption()));
  }

  /** What each process of the application was given to prove who it is. */
  private static void assertThatOnlyTheMasterHoldsItsToken(String application) throws Exception {
    String part = application.substring("application".length());
    int processes = 0;
    for (LabContainer container : lab.containers()) {
      if (container.containerId().contains(part)) {
        TreeSet<String> kinds = new TreeSet<>();
        Credentials credentials =
            Credentials.readTokenStorageFile(
                Path.of(container.environment("HADOOP_TOKEN_FILE_LOCATION").orElseThrow()).toFile(),
                new Configuration(false));
        for (Token<?> token : credentials.getAllTokens()) {
          kinds.add(token.getKind().toString());
        }
        if (container.containerId().endsWith("_000001")) {
          assertThat(kinds)
              .as("driver")
              .containsExactly("HDFS_DELEGATION_TOKEN", "YARN_AM_RM_TOKEN");
        } else {
          assertThat(kinds).as("executor").containsExactly("HDFS_DELEGATION_TOKEN");
        }
        processes++;
      }
    }
    assertThat(processes).isEqualTo(3);
  }

  private static Map<String, Integer> expected() {
    Map<String, Integer> expected = new TreeMap<>();
    for (String word : LINE.split(" ")) {
      expected.merge(word, 2 * LINES, Integer::sum);
    }
    return expected;
  }

  private static Map<String, Integer> counted(String text) {
    Map<String, Integer> counts = new TreeMap<>();
    text.lines()
        .filter(line -> line.startsWith("("))
        .forEach(
            line -> {
              int comma = line.lastIndexOf(',');
              counts.merge(
                  line.substring(1, comma),
                  Integer.parseInt(line.substring(comma + 1, line.length() - 1)),
                  Integer::sum);
            });
    return counts;
  }
}
