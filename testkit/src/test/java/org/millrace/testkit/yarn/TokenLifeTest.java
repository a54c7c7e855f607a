package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.testkit.lab.Lab;
import org.millrace.testkit.lab.LabContainer;
import org.millrace.testkit.lab.LoggedError;
import org.millrace.testkit.lab.ProgressListener;

/** An application with a keytab outlives the tokens it was started with, several times. */
@Tag("tokens")
class TokenLifeTest {
  private static final Duration LONG = Duration.ofSeconds(180);
  private static final long RENEWAL_MS = 30_000;
  private static final long LIFE_MS = 45_000;
  private static final String LINE = "all water runs to the mill";

  @TempDir private static Path home;
  private static Lab lab;

  @TempDir private Path outputs;

  @BeforeAll
  static void startTheLab() {
    lab =
        Lab.builder(home.resolve("tokens"))
            .secure()
            .dataNodes(1)
            .set("dfs.namenode.delegation.token.renew-interval", Long.toString(RENEWAL_MS))
            .set("dfs.namenode.delegation.token.max-lifetime", Long.toString(LIFE_MS))
            .set("dfs.namenode.delegation.key.update-interval", "60000")
            .set("yarn.nodemanager.delete.debug-delay-sec", "3600")
            .start(ProgressListener.silent());
  }

  @AfterAll
  static void endTheLab() {
    if (lab != null) {
      List<LoggedError> errors =
          lab.unexpectedErrors().stream()
              // It renews the tokens of the submission, until they are too old for that.
              .filter(error -> !error.process().equals("rm"))
              .toList();
      lab.close();
      assertThat(errors).isEmpty();
    }
  }

  @Test
  void writesAndStartsExecutorsLongAfterTheFirstTokensHaveExpired() throws Exception {
    Map<String, String> login = lab.login("alice");
    Installation alice = new Installation(lab, outputs, login, List.of(lab.kerberosOption()));
    // Submits without ticket and without the variables of a login: the keytab is enough.
    Installation client =
        new Installation(
            lab,
            outputs,
            Map.of("KRB5CCNAME", outputs.resolve("no-tickets").toString()),
            List.of(lab.kerberosOption()));
    alice.hdfs("-mkdir", "-p", "/user/alice/in");
    int sent = 0;
    try (LineServer server = new LineServer()) {
      String application =
          client
              .run(
                  "submit",
                  "--detach",
                  "--principal",
                  login.get("KRB5PRINCIPAL"),
                  "--keytab",
                  login.get("KRB5KEYTAB"),
                  "--class",
                  "org.millrace.examples.SocketAndFilesWordCount",
                  "--num-executors",
                  "2",
                  "--executor-memory",
                  "512m",
                  "--driver-memory",
                  "512m",
                  client.examples().toString(),
                  "localhost",
                  Integer.toString(server.port()),
                  "/user/alice/in",
                  "/user/alice/out/batch")
              .application();
      ApplicationPage page = new ApplicationPage(lab, application);
      page.await("the first batch", LONG, () -> page.total("completedBatches") > 0);
      assertThat(keytabs(application)).as("only the driver has the keytab").isEqualTo(1);

      // Outputs are written all the time; three lives of a token are 135 batches of a second.
      long batches = 3 * LIFE_MS / 1_000;
      boolean killed = false;
      for (long done = 0; done < batches; done = page.total("completedBatches")) {
        server.send(LINE);
        sent++;
        long expected = sent;
        page.await("the line is counted", LONG, () -> page.total("records") >= expected);
        if (!killed && done > batches / 2) {
          killExecutorWithoutReceiver(application, page);
          killed = true;
        }
      }
      assertThat(killed).isTrue();
      page.await("another executor is there", LONG, () -> page.total("lostExecutors") == 1);
      assertThat(client.tryTo("stop", application).exitCode()).as("a stop wants a login").isOne();
      assertThat(alice.run("stop", application).output()).contains("SUCCEEDED");
    }
    assertThat(counted(alice.hdfs("-cat", "/user/alice/out/*/part-*").output()))
        .containsOnlyKeys(LINE.split(" "))
        .containsEntry("water", sent);
  }

  private static int keytabs(String application) throws Exception {
    int found = 0;
    for (LabContainer container : containers(application)) {
      Path work = Path.of(container.environment("PWD").orElseThrow());
      if (Files.exists(work.resolve("millrace.keytab"))) {
        found++;
      }
    }
    return found;
  }

  private static void killExecutorWithoutReceiver(String application, ApplicationPage page) {
    String receiver = page.receiversExecutor();
    containers(application).stream()
        .filter(container -> !container.containerId().endsWith("_000001"))
        .filter(container -> !container.containerId().equals(receiver))
        .findFirst()
        .orElseThrow()
        .kill();
  }

  private static List<LabContainer> containers(String application) {
    String part = application.substring("application".length());
    return lab.containers().stream()
        .filter(container -> container.containerId().contains(part))
        .toList();
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
