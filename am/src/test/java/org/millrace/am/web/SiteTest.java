package org.millrace.am.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.am.dataset.DatasetStatus;
import org.millrace.am.driver.ApplicationStatus;
import org.millrace.am.driver.ApplicationStatus.Totals;
import org.millrace.am.files.FileSourceStatus;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.storage.StorageLevel;

class SiteTest {
  private final FakeApplication application = new FakeApplication();
  private final Site site = new Site(application);

  @Test
  void statusHasTheNamesOfItsComponents() throws IOException {
    application.addCompleted(1, 500, 3, 40);
    application.addReceiver(0, "socket a:9999", "refused");
    application.addExecutor(1, "http://node1:8042/log");
    application.totals = new Totals(1, 2, 3, 4, 5, 6, 7, 8, 9);
    application.warnings.add("A sentence.");
    application.failure = "it broke";
    application.files.add(
        new FileSourceStatus(3, "text files", "/in", 4, 400, 0, 100, 0, 9, "gone"));

    JsonNode status = json("/api/v1/status", null);

    assertThat(status.get("name").asText()).isEqualTo("Network word count");
    assertThat(status.get("startedAtMs").asLong()).isEqualTo(FakeApplication.START_MS);
    assertThat(status.get("batchIntervalMs").asLong()).isEqualTo(1_000);
    assertThat(status.get("failure").asText()).isEqualTo("it broke");
    assertThat(status.get("warnings").get(0).asText()).isEqualTo("A sentence.");
    assertThat(status.get("totals").toString())
        .isEqualTo(
            "{\"completedBatches\":1,\"skippedBatches\":2,\"waitingBatches\":3,\"records\":4,"
                + "\"failedTasks\":5,\"lostExecutors\":6,\"refusedConnections\":7,\"lostRecords\":8,\"genericBytes\":9}");
    JsonNode batch = status.get("batches").get(0);
    assertThat(batch.get("state").asText()).isEqualTo("COMPLETED");
    assertThat(batch.get("records").asLong()).isEqualTo(500);
    assertThat(batch.get("schedulingDelayMs").asLong()).isEqualTo(3);
    assertThat(batch.get("processingMs").asLong()).isEqualTo(40);
    assertThat(batch.get("totalDelayMs").asLong()).isEqualTo(43);
    assertThat(batch.get("inputs").get(0).get("description").asText()).isEqualTo("2 blocks");
    assertThat(status.get("receivers").get(0).get("lastErrorTimeMs").asLong())
        .isEqualTo(FakeApplication.START_MS + 30_000);
    assertThat(status.get("files").get(0).toString())
        .isEqualTo(
            "{\"inputId\":3,\"name\":\"text"
                + " files\",\"directory\":\"/in\",\"files\":4,\"bytes\":400,"
                + "\"recordsPerSecond\":0,\"bytesPerSecond\":100,\"waitingFiles\":9,"
                + "\"problem\":\"gone\"}");
    assertThat(status.get("executors").get(0).get("memoryLimitBytes").asLong())
        .isEqualTo(512L << 20);
  }

  @Test
  void datasetsHaveTheirNames() throws IOException {
    application.datasets.add(dataset(7, "reference"));
    application.datasets.add(dataset(9, ""));

    assertThat(json("/api/v1/status", "batches=0").get("datasets").get(0).toString())
        .isEqualTo(
            "{\"id\":7,\"name\":\"reference\",\"description\":\"map at Program.java:7\","
                + "\"storageLevel\":\"Memory Deserialized 2x Replicated\",\"partitions\":8,"
                + "\"keptPartitions\":3,\"copies\":6,\"records\":40,\"memoryBytes\":500,"
                + "\"diskBytes\":60}");
    assertThat(json("/api/v1/storage/rdd", null))
        .extracting(shown -> shown.get("name").asText())
        .containsExactly("reference", "map at Program.java:9");
    assertThat(json("/api/v1/storage/rdd/7", null).toString())
        .isEqualTo(
            "{\"id\":7,\"name\":\"reference\",\"numPartitions\":8,\"numCachedPartitions\":3,"
                + "\"storageLevel\":\"Memory Deserialized 2x Replicated\",\"memoryUsed\":500,"
                + "\"diskUsed\":60}");
    assertThat(site.answer("/api/v1/storage/rdd/8", null).status()).isEqualTo(404);
    assertThat(site.answer("/api/v1/storage/rdd/all", null).status()).isEqualTo(400);
  }

  private static DatasetStatus dataset(long id, String name) {
    return new DatasetStatus(
        id, name, "map at Program.java:" + id, StorageLevel.MEMORY_ONLY_2, 8, 3, 6, 40, 500, 60);
  }

  @Test
  void whatIsNotYetIsNull() throws IOException {
    application.addActive(1, State.WAITING, 7);
    application.addReceiver(0, "socket a:9999", "");

    JsonNode status = json("/api/v1/status", null);

    assertThat(status.get("batches").get(0).get("startedAtMs").isNull()).isTrue();
    assertThat(status.get("batches").get(0).get("totalDelayMs").isNull()).isTrue();
    assertThat(status.get("receivers").get(0).get("lastErrorTimeMs").isNull()).isTrue();
  }

  @Test
  void numberOfBatchesIsAsked() throws IOException {
    for (int i = 1; i <= 200; i++) {
      application.addCompleted(i, 1, 1, 1);
    }

    assertThat(json("/api/v1/status", null).get("batches")).hasSize(100);
    assertThat(json("/api/v1/status", "batches=150").get("batches")).hasSize(150);
    assertThat(json("/api/v1/status", "batches=0").get("batches")).isEmpty();
  }

  @Test
  void numberOfBatchesMustBeOne() throws IOException {
    for (String wrong : List.of("batches=many", "batches=-1", "batches=100001", "batches=")) {
      Answer answer = site.answer("/api/v1/status", wrong);

      assertThat(answer.status()).isEqualTo(400);
      assertThat(new ObjectMapper().readTree(answer.body()).get("error").asText())
          .startsWith("batches is '")
          .endsWith("expected a whole number from 0 to 100000");
    }
    assertThat(site.answer("/api/v1/status", "batches=%zz").status()).isEqualTo(400);
  }

  @Test
  void secretsAreNotShown() throws IOException {
    application.configuration.put("my.store.password", "hunter2");
    application.configuration.put("fs.s3a.access.key", "AKIA");
    application.configuration.put("my.url", "jdbc:x://ada:hunter3@db/sales");
    application.configuration.put("my.options", "-Dtrust.storePassword=hunter4 -Dlevel=info");
    application.configuration.put("my.path", "hdfs://nn:8020/in");

    String text = text(site.answer("/api/v1/status", null));
    JsonNode configuration = new ObjectMapper().readTree(text).get("configuration");

    assertThat(text).doesNotContain("hunter").doesNotContain("AKIA");
    assertThat(configuration.get("my.store.password").asText()).isEqualTo("(not shown)");
    assertThat(configuration.get("my.url").asText()).isEqualTo("jdbc:x://ada:(not shown)@db/sales");
    assertThat(configuration.get("my.options").asText())
        .isEqualTo("-Dtrust.storePassword=(not shown) -Dlevel=info");
    assertThat(configuration.get("my.path").asText()).isEqualTo("hdfs://nn:8020/in");
  }

  @Test
  void changedConfigurationIsNamed() throws IOException {
    application.configuration.put("millrace.batch.retries", "3");
    application.configuration.put("millrace.task.maxFailures", "9");
    application.configuration.put("my.own", "x");

    JsonNode changed = json("/api/v1/status", null).get("changedConfiguration");

    assertThat(changed.toString()).isEqualTo("[\"millrace.task.maxFailures\",\"my.own\"]");
  }

  @Test
  void pageIsSelfContained() {
    Answer page = site.answer("/", null);

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.contentType()).isEqualTo("text/html; charset=utf-8");
    assertThat(text(page))
        .startsWith("<!DOCTYPE html>")
        .doesNotContain("/*style*/")
        .doesNotContain("/*script*/")
        .doesNotContainPattern("(src|href)=\"(/|https?:)")
        .doesNotContain("innerHTML")
        .doesNotContain("insertAdjacentHTML")
        .doesNotContain("document.write");
  }

  @Test
  void policyAllowsThePagesOwnScriptAndStyleOnly() throws Exception {
    Answer page = site.answer("/", null);
    String document = text(page);

    assertThat(page.contentSecurityPolicy())
        .startsWith("default-src 'none';")
        .contains("script-src '" + hash(between(document, "<script>", "</script>")) + "';")
        .contains("style-src '" + hash(between(document, "<style>", "</style>")) + "';")
        .doesNotContain("unsafe");
    assertThat(document).doesNotContainPattern("<[a-z][^>]* (style|on[a-z]+)=");
  }

  @Test
  void unknownPathsAreNotFound() throws IOException {
    for (String path :
        List.of(
            "/index.php",
            "/api/v1",
            "/api/v1/statuses",
            "/api/v1/streaming",
            "/api/v1/streaming/",
            "/api/v1/storage",
            "/api/v1/streaming/batches/1/operations",
            "/../page.js",
            "/page.js")) {
      Answer answer = site.answer(path, null);

      assertThat(answer.status()).as(path).isEqualTo(404);
      assertThat(new ObjectMapper().readTree(answer.body()).get("status").asInt()).isEqualTo(404);
    }
  }

  @Test
  void driverThatDoesNotAnswerIsUnavailable() throws IOException {
    IntFunction<ApplicationStatus> silent =
        most -> {
          throw new MillraceException(ErrorCode.ALREADY_STOPPED, "the driver has ended");
        };

    Answer answer = new Site(silent).answer("/api/v1/streaming/batches", null);

    assertThat(answer.status()).isEqualTo(503);
    assertThat(new ObjectMapper().readTree(answer.body()).get("error").asText())
        .isEqualTo("the driver does not answer: the driver has ended");
  }

  @Test
  void pageIsThereWhenTheDriverIsNot() {
    List<Integer> asked = new ArrayList<>();
    Site alone =
        new Site(
            most -> {
              asked.add(most);
              throw new MillraceException(ErrorCode.ALREADY_STOPPED, "the driver has ended");
            });

    assertThat(alone.answer("/", null).status()).isEqualTo(200);
    assertThat(asked).isEmpty();
  }

  private JsonNode json(String path, String query) throws IOException {
    Answer answer = site.answer(path, query);
    assertThat(answer.status()).as(text(answer)).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  private static String text(Answer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String between(String text, String from, String to) {
    int start = text.indexOf(from) + from.length();
    return text.substring(start, text.indexOf(to, start));
  }

  private static String hash(String text) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return "sha256-" + Base64.getEncoder().encodeToString(digest);
  }
}
