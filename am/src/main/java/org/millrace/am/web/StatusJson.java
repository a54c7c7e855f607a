package org.millrace.am.web;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import org.millrace.am.batch.BatchStatus;
import org.millrace.am.dataset.DatasetStatus;
import org.millrace.am.driver.ApplicationStatus;
import org.millrace.am.driver.ApplicationStatus.CheckpointStatus;
import org.millrace.am.driver.ApplicationStatus.ExecutorStatus;
import org.millrace.am.files.FileSourceStatus;
import org.millrace.am.receive.ReceiverStatus;
import org.millrace.am.snapshot.SnapshotStatus;
import org.millrace.am.snapshot.StandbyStatus;
import org.millrace.runner.executor.ExecutorIds;

/**
 * The status of an application as JSON. The names are those of the components of the status;
 * moments and numbers that there are not (yet) are null. {@code docs/rest.md} describes them.
 * Thread-safe.
 */
public final class StatusJson {
  public byte[] write(ApplicationStatus status) {
    ShownConfiguration configuration = ShownConfiguration.of(status.configuration());
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("version", Version.text());
          json.writeStringField("name", status.name());
          json.writeStringField("applicationId", status.applicationId());
          json.writeStringField("user", status.user());
          json.writeStringField("master", status.master());
          json.writeStringField("state", status.state());
          json.writeNumberField("epoch", status.epoch());
          json.writeNumberField("startedAtMs", status.startedAtMs());
          json.writeNumberField("nowMs", status.nowMs());
          json.writeNumberField("batchIntervalMs", status.batchIntervalMs());
          json.writeStringField("failure", status.failure());
          writeTexts(json, "warnings", status.warnings());
          writeTotals(json, status.totals());
          json.writeArrayFieldStart("batches");
          for (BatchStatus batch : status.batches()) {
            writeBatch(json, batch);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("receivers");
          for (ReceiverStatus receiver : status.receivers()) {
            writeReceiver(json, receiver);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("files");
          for (FileSourceStatus files : status.files()) {
            writeFiles(json, files);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("datasets");
          for (DatasetStatus dataset : status.datasets()) {
            writeDataset(json, dataset);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("executors");
          for (ExecutorStatus executor : status.executors()) {
            writeExecutor(json, executor);
          }
          json.writeEndArray();
          if (status.checkpoint().isPresent()) {
            writeCheckpoint(json, status.checkpoint().get(), status.nowMs());
          } else {
            json.writeNullField("checkpoint");
          }
          json.writeObjectFieldStart("configuration");
          for (Map.Entry<String, String> entry : configuration.values().entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
          }
          json.writeEndObject();
          writeTexts(json, "changedConfiguration", configuration.changed());
          json.writeEndObject();
        });
  }

  private static void writeTexts(JsonGenerator json, String name, Iterable<String> texts)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static void writeTotals(JsonGenerator json, ApplicationStatus.Totals totals)
      throws IOException {
    json.writeObjectFieldStart("totals");
    json.writeNumberField("completedBatches", totals.completedBatches());
    json.writeNumberField("skippedBatches", totals.skippedBatches());
    json.writeNumberField("waitingBatches", totals.waitingBatches());
    json.writeNumberField("records", totals.records());
    json.writeNumberField("failedTasks", totals.failedTasks());
    json.writeNumberField("lostExecutors", totals.lostExecutors());
    json.writeNumberField("refusedConnections", totals.refusedConnections());
    json.writeNumberField("lostRecords", totals.lostRecords());
    json.writeNumberField("genericBytes", totals.genericBytes());
    json.writeEndObject();
  }

  private static void writeCheckpoint(JsonGenerator json, CheckpointStatus checkpoint, long nowMs)
      throws IOException {
    json.writeObjectFieldStart("checkpoint");
    json.writeStringField("directory", checkpoint.directory());
    json.writeNumberField("eventLogBytes", checkpoint.eventLogBytes());
    json.writeNumberField("longestFlushMs", checkpoint.longestFlushMs());
    json.writeNumberField("blockLogBytes", checkpoint.blockLogBytes());
    if (checkpoint.snapshot().isPresent()) {
      SnapshotStatus snapshot = checkpoint.snapshot().get();
      boolean taken = snapshot.versionMs() >= 0;
      json.writeObjectFieldStart("snapshot");
      Json.writeKnown(json, "batchTimeMs", snapshot.versionMs());
      Json.writeKnown(json, "takenAtMs", taken ? snapshot.takenAtMs() : -1);
      Json.writeKnown(json, "ageMs", taken ? Math.max(0, nowMs - snapshot.takenAtMs()) : -1);
      Json.writeKnown(json, "durationMs", taken ? snapshot.durationMs() : -1);
      json.writeNumberField("writtenBytes", snapshot.bytes());
      json.writeNumberField("writtenKeys", snapshot.rows());
      json.writeNumberField("storedBytes", snapshot.storedBytes());
      json.writeStringField("failure", snapshot.failure());
      json.writeEndObject();
    } else {
      json.writeNullField("snapshot");
    }
    if (checkpoint.standby().isPresent()) {
      StandbyStatus standby = checkpoint.standby().get();
      json.writeObjectFieldStart("standby");
      json.writeNumberField("partitions", standby.heldPartitions());
      json.writeNumberField("bytes", standby.heldBytes());
      json.writeNumberField("restoredFromStandby", standby.fromStandby());
      json.writeNumberField("restoredFromFiles", standby.fromFiles());
      json.writeEndObject();
    } else {
      json.writeNullField("standby");
    }
    json.writeEndObject();
  }

  private static void writeBatch(JsonGenerator json, BatchStatus batch) throws IOException {
    json.writeStartObject();
    json.writeNumberField("batchTimeMs", batch.batchTimeMs());
    json.writeStringField("state", batch.state().name());
    json.writeNumberField("records", batch.records());
    json.writeNumberField("submittedAtMs", batch.submittedAtMs());
    Json.writeKnown(json, "startedAtMs", batch.startedAtMs());
    Json.writeKnown(json, "endedAtMs", batch.endedAtMs());
    Json.writeKnown(json, "schedulingDelayMs", batch.schedulingDelayMs());
    Json.writeKnown(json, "processingMs", batch.processingMs());
    Json.writeKnown(json, "totalDelayMs", batch.totalDelayMs());
    json.writeNumberField("outputsDone", batch.outputsDone());
    json.writeNumberField("outputsTotal", batch.outputsTotal());
    json.writeStringField("error", batch.error());
    json.writeArrayFieldStart("inputs");
    for (BatchStatus.InputStatus input : batch.inputs()) {
      json.writeStartObject();
      json.writeNumberField("inputId", input.inputId());
      Json.writeKnown(json, "records", input.records());
      json.writeNumberField("bytes", input.bytes());
      json.writeStringField("description", input.description());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeReceiver(JsonGenerator json, ReceiverStatus receiver)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("inputId", receiver.inputId());
    json.writeStringField("name", receiver.name());
    Json.writeKnown(json, "executorId", receiver.executorId());
    json.writeStringField(
        "executorName", receiver.executorId() < 0 ? "" : ExecutorIds.text(receiver.executorId()));
    json.writeStringField("host", receiver.host());
    json.writeStringField("state", receiver.state());
    json.writeNumberField("records", receiver.records());
    json.writeNumberField("bytes", receiver.bytes());
    json.writeNumberField("recordsPerSecond", receiver.recordsPerSecond());
    if (receiver.mostRecordsPerSecond() > 0) {
      json.writeNumberField("mostRecordsPerSecond", receiver.mostRecordsPerSecond());
    }
    json.writeNumberField("lostRecords", receiver.lostRecords());
    json.writeBooleanField("throttled", receiver.throttled());
    json.writeNumberField("restarts", receiver.restarts());
    json.writeNumberField("replicas", receiver.replicas());
    json.writeNumberField("replicasWanted", receiver.replicasWanted());
    json.writeStringField("lastError", receiver.lastError());
    if (receiver.lastError().isEmpty()) {
      json.writeNullField("lastErrorTimeMs");
    } else {
      Json.writeKnown(json, "lastErrorTimeMs", receiver.lastErrorTimeMs());
    }
    json.writeEndObject();
  }

  private static void writeFiles(JsonGenerator json, FileSourceStatus files) throws IOException {
    json.writeStartObject();
    json.writeNumberField("inputId", files.inputId());
    json.writeStringField("name", files.name());
    json.writeStringField("directory", files.directory());
    json.writeNumberField("files", files.files());
    json.writeNumberField("bytes", files.bytes());
    json.writeNumberField("recordsPerSecond", files.recordsPerSecond());
    json.writeNumberField("bytesPerSecond", files.bytesPerSecond());
    if (files.mostBytesPerSecond() > 0) {
      json.writeNumberField("mostBytesPerSecond", files.mostBytesPerSecond());
    }
    json.writeNumberField("waitingFiles", files.waitingFiles());
    json.writeStringField("problem", files.problem());
    json.writeEndObject();
  }

  private static void writeDataset(JsonGenerator json, DatasetStatus dataset) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", dataset.id());
    json.writeStringField("name", dataset.name());
    json.writeStringField("description", dataset.description());
    json.writeStringField("storageLevel", dataset.level().description());
    json.writeNumberField("partitions", dataset.partitions());
    json.writeNumberField("keptPartitions", dataset.keptPartitions());
    json.writeNumberField("copies", dataset.copies());
    json.writeNumberField("records", dataset.records());
    json.writeNumberField("memoryBytes", dataset.memoryBytes());
    json.writeNumberField("diskBytes", dataset.diskBytes());
    json.writeEndObject();
  }

  private static void writeExecutor(JsonGenerator json, ExecutorStatus executor)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", executor.id());
    json.writeStringField("container", executor.container());
    json.writeStringField("name", ExecutorIds.text(executor.id()));
    json.writeStringField("host", executor.host());
    json.writeNumberField("cores", executor.cores());
    json.writeNumberField("registeredAtMs", executor.registeredAtMs());
    json.writeNumberField("heardBeforeMs", executor.heardBeforeMs());
    json.writeNumberField("runningTasks", executor.runningTasks());
    json.writeNumberField("memoryUsedBytes", executor.memoryUsedBytes());
    json.writeNumberField("memoryLimitBytes", executor.memoryLimitBytes());
    json.writeNumberField("spilledBytes", executor.spilledBytes());
    json.writeStringField("logUrl", executor.logUrl());
    json.writeEndObject();
  }
}
