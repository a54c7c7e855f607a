package org.millrace.api.streaming.scheduler;

import java.util.Map;
import org.millrace.api.Optional;

/**
 * What an input gave to a batch.
 *
 * @param inputStreamId the number of the input among the inputs of the program, from 0
 * @param numRecords how many records
 * @param metadata what the input says about them; {@link #METADATA_KEY_DESCRIPTION} is for people
 */
public record StreamInputInfo(int inputStreamId, long numRecords, Map<String, Object> metadata) {
  /** The key of a description that is shown on the application's page. */
  public static final String METADATA_KEY_DESCRIPTION = "Description";

  /** Checks the number of records, and copies the map. */
  public StreamInputInfo {
    if (numRecords < 0) {
      throw new IllegalArgumentException(numRecords + " records of input " + inputStreamId);
    }
    metadata = Map.copyOf(metadata);
  }

  /** An input without metadata. */
  public StreamInputInfo(int inputStreamId, long numRecords) {
    this(inputStreamId, numRecords, Map.of());
  }

  /** What the input says about the records, for people. */
  public Optional<String> metadataDescription() {
    Object description = metadata.get(METADATA_KEY_DESCRIPTION);
    return Optional.ofNullable(description == null ? null : description.toString());
  }
}
