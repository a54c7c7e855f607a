package org.millrace.am.web;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.millrace.am.batch.BatchStatus;
import org.millrace.am.batch.BatchStatus.State;
import org.millrace.am.driver.ApplicationStatus;
import org.millrace.am.receive.ReceiverStatus;
import org.millrace.runner.executor.ExecutorIds;

/**
 * The status with the field names of Spark's streaming REST, for tools that read those. A field
 * that has no value is left out, as there. {@code docs/rest.md} describes the fields. Thread-safe.
 */
final class StreamingJson {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private StreamingJson() {}

  static byte[] statistics(ApplicationStatus status) {
    List<BatchStatus> ended = status.batches().stream().filter(StreamingJson::hasEnded).toList();
    long active = status.receivers().stream().filter(StreamingJson::isActive).count();
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("startTime", time(status.startedAtMs()));
          json.writeNumberField("batchDuration", status.batchIntervalMs());
          json.writeNumberField("numReceivers", status.receivers().size());
          json.writeNumberField("numActiveReceivers", active);
          json.writeNumberField("numInactiveReceivers", status.receivers().size() - active);
          json.writeNumberField("numTotalCompletedBatches", status.totals().completedBatches());
          json.writeNumberField("numRetainedCompletedBatches", ended.size());
          json.writeNumberField("numActiveBatches", status.batches().size() - ended.size());
          json.writeNumberField("numProcessedRecords", status.totals().records());
          json.writeNumberField(
              "numReceivedRecords",
              status.receivers().stream().mapToLong(ReceiverStatus::records).sum());
          if (status.batchIntervalMs() > 0) {
            writeAverage(
                json,
                "avgInputRate",
                ended,
                batch -> batch.records() * 1000,
                status.batchIntervalMs());
          }
          writeAverage(json, "avgSchedulingDelay", ended, BatchStatus::schedulingDelayMs, 1);
          writeAverage(json, "avgProcessingTime", ended, BatchStatus::processingMs, 1);
          writeAverage(json, "avgTotalDelay", ended, BatchStatus::totalDelayMs, 1);
          json.writeEndObject();
        });
  }

  static byte[] receivers(ApplicationStatus status) {
    return Json.bytes(
        json -> {
          json.writeStartArray();
          for (ReceiverStatus receiver : status.receivers()) {
            writeReceiver(json, status, receiver);
          }
          json.writeEndArray();
        });
  }

  static Optional<byte[]> receiver(ApplicationStatus status, long id) {
    return status.receivers().stream()
        .filter(receiver -> receiver.inputId() == id)
        .findFirst()
        .map(receiver -> Json.bytes(json -> writeReceiver(json, status, receiver)));
  }

  /** The batches whose status is {@code wanted}, or all. */
  static byte[] batches(ApplicationStatus status, Optional<String> wanted) {
    return Json.bytes(
        json -> {
          json.writeStartArray();
          for (BatchStatus batch : status.batches()) {
            if (wanted.isEmpty() || isOf(wanted.get(), batch)) {
              writeBatch(json, status, batch);
            }
          }
          json.writeEndArray();
        });
  }

  static Optional<byte[]> batch(ApplicationStatus status, long id) {
    return status.batches().stream()
        .filter(batch -> batch.batchTimeMs() == id)
        .findFirst()
        .map(batch -> Json.bytes(json -> writeBatch(json, status, batch)));
  }

  /** What the batches of a status are called here. A failed batch has completed, with an error. */
  static List<String> batchStatuses() {
    return List.of("QUEUED", "PROCESSING", "COMPLETED", "FAILED", "SKIPPED");
  }

  private static boolean isOf(String wanted, BatchStatus batch) {
    return wanted.equals(statusOf(batch)) || wanted.equals(batch.state().name());
  }

  private static String statusOf(BatchStatus batch) {
    return switch (batch.state()) {
      case WAITING -> "QUEUED";
      case RUNNING -> "PROCESSING";
      case COMPLETED, FAILED -> "COMPLETED";
      case SKIPPED -> "SKIPPED";
    };
  }

  private static boolean hasEnded(BatchStatus batch) {
    return batch.state() != State.WAITING && batch.state() != State.RUNNING;
  }

  private static boolean isActive(ReceiverStatus receiver) {
    return receiver.state().equals("active");
  }

  private static void writeReceiver(
      JsonGenerator json, ApplicationStatus status, ReceiverStatus receiver) throws IOException {
    json.writeStartObject();
    json.writeNumberField("streamId", receiver.inputId());
    json.writeStringField("streamName", receiver.name());
    json.writeBooleanField("isActive", isActive(receiver));
    if (receiver.executorId() >= 0) {
      json.writeStringField("executorId", ExecutorIds.text(receiver.executorId()));
      json.writeStringField("executorHost", receiver.host());
    }
    if (!receiver.lastError().isEmpty()) {
      json.writeStringField("lastErrorTime", time(receiver.lastErrorTimeMs()));
      json.writeStringField("lastErrorMessage", firstLine(receiver.lastError()));
      json.writeStringField("lastError", receiver.lastError());
    }
    writeEventRates(json, status, receiver.inputId());
    json.writeEndObject();
  }

  /** Records a second in each batch, the oldest first. */
  private static void writeEventRates(JsonGenerator json, ApplicationStatus status, int inputId)
      throws IOException {
    long intervalMs = status.batchIntervalMs();
    List<BatchStatus> newestFirst = intervalMs > 0 ? status.batches() : List.of();
    double sum = 0;
    json.writeArrayFieldStart("eventRates");
    for (int i = newestFirst.size() - 1; i >= 0; i--) {
      BatchStatus batch = newestFirst.get(i);
      long records =
          batch.inputs().stream()
              .filter(input -> input.inputId() == inputId)
              .mapToLong(input -> Math.max(0, input.records()))
              .sum();
      double rate = records * 1000.0 / intervalMs;
      sum += rate;
      json.writeStartArray();
      json.writeNumber(batch.batchTimeMs());
      json.writeNumber(rate);
      json.writeEndArray();
    }
    json.writeEndArray();
    if (!newestFirst.isEmpty()) {
      json.writeNumberField("avgEventRate", sum / newestFirst.size());
    }
  }

  private static void writeBatch(JsonGenerator json, ApplicationStatus status, BatchStatus batch)
      throws IOException {
    boolean failed = !batch.error().isEmpty() && hasEnded(batch);
    int done = batch.outputsDone();
    json.writeStartObject();
    json.writeNumberField("batchId", batch.batchTimeMs());
    json.writeStringField("batchTime", time(batch.batchTimeMs()));
    json.writeStringField("status", statusOf(batch));
    json.writeNumberField("batchDuration", status.batchIntervalMs());
    json.writeNumberField("inputSize", batch.records());
    writeIfKnown(json, "schedulingDelay", batch.schedulingDelayMs());
    writeIfKnown(json, "processingTime", batch.processingMs());
    writeIfKnown(json, "totalDelay", batch.totalDelayMs());
    json.writeNumberField(
        "numActiveOutputOps",
        batch.state() == State.RUNNING && done < batch.outputsTotal() ? 1 : 0);
    json.writeNumberField("numCompletedOutputOps", done);
    json.writeNumberField("numFailedOutputOps", failed && done < batch.outputsTotal() ? 1 : 0);
    json.writeNumberField("numTotalOutputOps", batch.outputsTotal());
    if (failed) {
      json.writeStringField("firstFailureReason", batch.error());
    }
    json.writeEndObject();
  }

  private static void writeIfKnown(JsonGenerator json, String name, long number)
      throws IOException {
    if (number >= 0) {
      json.writeNumberField(name, number);
    }
  }

  private static void writeAverage(
      JsonGenerator json,
      String name,
      List<BatchStatus> batches,
      ToLongFunction<BatchStatus> value,
      long divisor)
      throws IOException {
    if (!batches.isEmpty()) {
      double average = batches.stream().mapToLong(value).average().orElse(0);
      json.writeNumberField(name, average / divisor);
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static String time(long atMs) {
    return TIME.format(Instant.ofEpochMilli(atMs));
  }
}
