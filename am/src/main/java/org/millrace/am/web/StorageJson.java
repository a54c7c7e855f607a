package org.millrace.am.web;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Optional;
import org.millrace.am.dataset.DatasetStatus;
import org.millrace.am.driver.ApplicationStatus;

/**
 * The persisted datasets with the field names of Spark's storage REST, for tools that read those.
 * {@code docs/rest.md} describes the fields. Thread-safe.
 */
final class StorageJson {
  private StorageJson() {}

  static byte[] datasets(ApplicationStatus status) {
    return Json.bytes(
        json -> {
          json.writeStartArray();
          for (DatasetStatus dataset : status.datasets()) {
            write(json, dataset);
          }
          json.writeEndArray();
        });
  }

  static Optional<byte[]> dataset(ApplicationStatus status, long id) {
    return status.datasets().stream()
        .filter(dataset -> dataset.id() == id)
        .findFirst()
        .map(dataset -> Json.bytes(json -> write(json, dataset)));
  }

  private static void write(JsonGenerator json, DatasetStatus dataset) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", dataset.id());
    json.writeStringField("name", dataset.title());
    json.writeNumberField("numPartitions", dataset.partitions());
    json.writeNumberField("numCachedPartitions", dataset.keptPartitions());
    json.writeStringField("storageLevel", dataset.level().description());
    json.writeNumberField("memoryUsed", dataset.memoryBytes());
    json.writeNumberField("diskUsed", dataset.diskBytes());
    json.writeEndObject();
  }
}
