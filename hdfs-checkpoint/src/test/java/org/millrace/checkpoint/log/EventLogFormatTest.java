package org.millrace.checkpoint.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.log.format.EventRecord;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.checkpoint.segment.SegmentFormat;

/**
 * Pins the bytes of version 1 with the events of today. When a test here fails, the format changed:
 * files that exist could no longer be read. A change of the events that may be made gets a golden
 * file of its own; the older ones go on being read.
 */
class EventLogFormatTest {

  private static final String GOLDEN = "event-log-v1-failure.bin";

  /** From before failures of batches were known to the next driver. */
  private static final String GOLDEN_RESTART = "event-log-v1-restart.bin";

  /** From before a driver could come back. */
  private static final String GOLDEN_FIRST = "event-log-v1.bin";

  private static byte[] golden() throws IOException {
    return golden(GOLDEN);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream stream = EventLogFormatTest.class.getResourceAsStream(name)) {
      assertThat(stream).as(name).isNotNull();
      return stream.readAllBytes();
    }
  }

  static byte[] samples() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(SegmentFormat.header(EventLabel.of(2), 100));
    long position = 100;
    EventEncoder encoder = new EventEncoder();
    for (DriverEvent event : SampleEvents.all()) {
      ByteBuffer avro = ByteBuffer.wrap(encoder.encode(event));
      bytes.writeBytes(SegmentFormat.prefix(position++, avro));
      bytes.writeBytes(avro.array());
    }
    return bytes.toByteArray();
  }

  @Test
  void readsTheGoldenFile() throws IOException {
    List<DriverEvent> events = new ArrayList<>();
    LogEnd end = read(golden(), events);
    assertThat(events).isEqualTo(SampleEvents.all());
    assertThat(end).isEqualTo(new LogEnd(100 + events.size(), 0));
  }

  @Test
  void readsOlderGoldenFiles() throws IOException {
    for (String older : List.of(GOLDEN_FIRST, GOLDEN_RESTART)) {
      List<DriverEvent> events = new ArrayList<>();
      read(golden(older), events);
      assertThat(events).isEqualTo(SampleEvents.all().subList(0, events.size())).isNotEmpty();
    }
  }

  private static LogEnd read(byte[] segment, List<DriverEvent> events) {
    SimulatedTime time = SimulatedTime.inOrder();
    FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
    files.put("/segment-000000.log", segment);
    CompletableFuture<LogEnd> read =
        EventLog.read(
            files, time.blockingWork(), "/", 2, 100, (position, event) -> events.add(event));
    time.runUntilIdle();
    return read.join();
  }

  @Test
  void writesTheGoldenFile() throws IOException {
    if (Boolean.getBoolean("org.millrace.regenerate")) {
      Files.write(
          Path.of("src/test/resources/org/millrace/checkpoint/log").resolve(GOLDEN), samples());
      return;
    }
    assertThat(samples()).isEqualTo(golden());
  }

  @Test
  void startsWithTheDocumentedBytes() throws IOException {
    assertThat(Arrays.copyOf(golden(), 24))
        .containsExactly(
            'M', 'R', 'E', 'L', 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 100);
  }

  @Test
  void coversEveryKindOfEvent() {
    Set<Class<?>> kinds = new HashSet<>(Arrays.asList(DriverEvent.class.getPermittedSubclasses()));
    SampleEvents.all().forEach(event -> kinds.remove(event.getClass()));
    assertThat(kinds).isEmpty();
    assertThat(DriverEvent.class.getPermittedSubclasses())
        .hasSameSizeAs(EventRecord.getClassSchema().getField("event").schema().getTypes());
  }

  /** A file of a later version whose event has one more field. */
  @Test
  void readsAnEventOfAWriterWithMoreFields() throws IOException {
    Schema published =
        SchemaBuilder.record("OutputPublished")
            .namespace("org.millrace.checkpoint.log.format")
            .fields()
            .requiredLong("batchTimeMs")
            .requiredString("comment")
            .endRecord();
    GenericData.Record event = new GenericData.Record(published);
    event.put("batchTimeMs", 42L);
    event.put("comment", "later");
    assertThat(decoded(event)).isEqualTo(new DriverEvent.OutputPublished(42));
  }

  /** A file of an earlier version, in which outputs are an array of one type. */
  @Test
  void readsACommitFromBeforeThereWereSinks() throws IOException {
    Schema output =
        SchemaBuilder.record("Output")
            .namespace("org.millrace.checkpoint.log.format")
            .fields()
            .requiredString("stagedDirectory")
            .requiredString("targetDirectory")
            .endRecord();
    Schema committed =
        SchemaBuilder.record("BatchCommitted")
            .namespace("org.millrace.checkpoint.log.format")
            .fields()
            .requiredLong("batchTimeMs")
            .name("outcome")
            .type(
                Schema.createEnum(
                    "CommitOutcome",
                    null,
                    "org.millrace.checkpoint.log.format",
                    List.of("COMPLETED", "SKIPPED")))
            .noDefault()
            .name("outputs")
            .type(Schema.createArray(output))
            .noDefault()
            .endRecord();
    GenericData.Record directory = new GenericData.Record(output);
    directory.put("stagedDirectory", "/out/staged");
    directory.put("targetDirectory", "/out/counts");
    GenericData.Record event = new GenericData.Record(committed);
    event.put("batchTimeMs", 42L);
    event.put(
        "outcome", new GenericData.EnumSymbol(committed.getField("outcome").schema(), "COMPLETED"));
    event.put("outputs", List.of(directory));
    assertThat(decoded(event))
        .isEqualTo(
            new DriverEvent.BatchCommitted(
                42,
                DriverEvent.CommitOutcome.COMPLETED,
                List.of(new StagedOutput("/out/staged", "/out/counts"))));
  }

  /** The event as it is read from a file whose header has the event's schema. */
  private static DriverEvent decoded(GenericData.Record event) throws IOException {
    Schema writer =
        SchemaBuilder.record("EventRecord")
            .namespace("org.millrace.checkpoint.log.format")
            .fields()
            .name("event")
            .type(Schema.createUnion(event.getSchema()))
            .noDefault()
            .endRecord();
    GenericData.Record top = new GenericData.Record(writer);
    top.put("event", event);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(writer).write(top, encoder);
    encoder.flush();
    return new EventDecoder(writer).decode(bytes.toByteArray());
  }
}
