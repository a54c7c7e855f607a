package org.millrace.am.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.am.driver.ApplicationStatus.Totals;

class StreamingJsonTest {
  private final FakeApplication application = new FakeApplication();
  private final Site site = new Site(application);

  @Test
  void statisticsAverageTheEndedBatches() throws IOException {
    application.intervalMs = 2_000;
    application.addCompleted(1, 500, 2, 40);
    application.addCompleted(2, 300, 4, 60);
    application.addActive(3, State.RUNNING, 1_000_000);
    application.addActive(4, State.WAITING, 1_000_000);
    application.addReceiver(0, "socket a:9999", "");
    application.totals = new Totals(12, 0, 1, 4_000, 0, 0, 0, 0, 0);

    JsonNode statistics = json("statistics", null);

    assertThat(statistics.get("startTime").asText()).isEqualTo("2026-11-21T08:00:00.000GMT");
    assertThat(statistics.get("batchDuration").asLong()).isEqualTo(2_000);
    assertThat(statistics.get("numReceivers").asInt()).isEqualTo(1);
    assertThat(statistics.get("numActiveReceivers").asInt()).isEqualTo(1);
    assertThat(statistics.get("numInactiveReceivers").asInt()).isZero();
    assertThat(statistics.get("numTotalCompletedBatches").asLong()).isEqualTo(12);
    assertThat(statistics.get("numRetainedCompletedBatches").asInt()).isEqualTo(2);
    assertThat(statistics.get("numActiveBatches").asInt()).isEqualTo(2);
    assertThat(statistics.get("numProcessedRecords").asLong()).isEqualTo(4_000);
    assertThat(statistics.get("numReceivedRecords").asLong()).isEqualTo(6_000);
    assertThat(statistics.get("avgInputRate").asDouble()).isCloseTo(200, within(1e-9));
    assertThat(statistics.get("avgSchedulingDelay").asDouble()).isCloseTo(3, within(1e-9));
    assertThat(statistics.get("avgProcessingTime").asDouble()).isCloseTo(50, within(1e-9));
    assertThat(statistics.get("avgTotalDelay").asDouble()).isCloseTo(53, within(1e-9));
  }

  @Test
  void statisticsWithoutBatchesHaveNoAverages() throws IOException {
    application.intervalMs = 0;

    JsonNode statistics = json("statistics", null);

    assertThat(statistics.has("avgInputRate")).isFalse();
    assertThat(statistics.has("avgTotalDelay")).isFalse();
    assertThat(statistics.get("numRetainedCompletedBatches").asInt()).isZero();
  }

  @Test
  void receiverHasItsRatesOldestFirst() throws IOException {
    application.addCompleted(1, 500, 2, 40);
    application.addCompleted(2, 300, 4, 60);
    application.addReceiver(0, "socket a:9999", "java.io.IOException: gone\n\tat a.B");
    application.addReceiver(1, "socket b:9999", "");

    JsonNode first = json("receivers/0", null);

    assertThat(first.get("streamName").asText()).isEqualTo("socket a:9999");
    assertThat(first.get("isActive").asBoolean()).isTrue();
    assertThat(first.get("executorId").asText()).isEqualTo("1");
    assertThat(first.get("executorHost").asText()).isEqualTo("node0");
    assertThat(first.get("lastErrorTime").asText()).isEqualTo("2026-11-21T08:00:30.000GMT");
    assertThat(first.get("lastErrorMessage").asText()).isEqualTo("java.io.IOException: gone");
    assertThat(first.get("lastError").asText()).endsWith("at a.B");
    assertThat(first.get("eventRates").toString())
        .isEqualTo("[[1795248001000,500.0],[1795248002000,300.0]]");
    assertThat(first.get("avgEventRate").asDouble()).isCloseTo(400, within(1e-9));
    assertThat(json("receivers", null)).hasSize(2);
    assertThat(json("receivers", null).get(1).has("lastErrorTime")).isFalse();
  }

  @Test
  void batchesAreFilteredByStatus() throws IOException {
    application.addCompleted(1, 1, 1, 1);
    application.addEnded(2, State.FAILED, 1, 1, 1, "it broke");
    application.addEnded(3, State.SKIPPED, 1, 1, 1, "it broke");
    application.addActive(4, State.RUNNING, 1);
    application.addActive(5, State.WAITING, 1);

    assertThat(numbers("status=COMPLETED")).containsExactly(2, 1);
    assertThat(numbers("status=FAILED")).containsExactly(2);
    assertThat(numbers("status=SKIPPED")).containsExactly(3);
    assertThat(numbers("status=processing")).containsExactly(4);
    assertThat(numbers("status=QUEUED")).containsExactly(5);
    assertThat(numbers(null)).containsExactly(5, 4, 3, 2, 1);
    assertThat(site.answer("/api/v1/streaming/batches", "status=DONE").status()).isEqualTo(400);
  }

  @Test
  void batchIsFoundByItsTime() throws IOException {
    application.addEnded(2, State.FAILED, 70, 5, 30, "it broke");

    JsonNode batch = json("batches/1795248002000", null);

    assertThat(batch.get("batchTime").asText()).isEqualTo("2026-11-21T08:00:02.000GMT");
    assertThat(batch.get("status").asText()).isEqualTo("COMPLETED");
    assertThat(batch.get("inputSize").asLong()).isEqualTo(70);
    assertThat(batch.get("schedulingDelay").asLong()).isEqualTo(5);
    assertThat(batch.get("processingTime").asLong()).isEqualTo(30);
    assertThat(batch.get("totalDelay").asLong()).isEqualTo(35);
    assertThat(batch.get("numCompletedOutputOps").asInt()).isEqualTo(1);
    assertThat(batch.get("numFailedOutputOps").asInt()).isEqualTo(1);
    assertThat(batch.get("numTotalOutputOps").asInt()).isEqualTo(2);
    assertThat(batch.get("firstFailureReason").asText()).isEqualTo("it broke");
  }

  @Test
  void waitingBatchHasNoDelays() throws IOException {
    application.addActive(1, State.WAITING, 1);

    JsonNode batch = json("batches", null).get(0);

    assertThat(batch.has("schedulingDelay")).isFalse();
    assertThat(batch.has("processingTime")).isFalse();
    assertThat(batch.has("firstFailureReason")).isFalse();
  }

  @Test
  void whatDoesNotExistIsNotFoundAndWhatIsNoNumberIsRefused() {
    assertThat(site.answer("/api/v1/streaming/batches/17", null).status()).isEqualTo(404);
    assertThat(site.answer("/api/v1/streaming/receivers/17", null).status()).isEqualTo(404);
    assertThat(site.answer("/api/v1/streaming/batches/x", null).status()).isEqualTo(400);
    assertThat(site.answer("/api/v1/streaming/receivers/", null).status()).isEqualTo(400);
  }

  private List<Integer> numbers(String query) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (JsonNode batch : json("batches", query)) {
      numbers.add((int) ((batch.get("batchId").asLong() - FakeApplication.START_MS) / 1_000));
    }
    return numbers;
  }

  private JsonNode json(String path, String query) throws IOException {
    Answer answer = site.answer("/api/v1/streaming/" + path, query);
    assertThat(answer.status()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }
}
