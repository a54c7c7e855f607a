package org.millrace.checkpoint.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * What a state file holds. Immutable.
 *
 * @param types the table of the types of its values
 */
public record StateFileIndex(
    String applicationId,
    int executorId,
    long versionMs,
    byte[] types,
    List<StateSection> sections) {
  static final Schema SCHEMA = schema();

  /** Copies the list. */
  public StateFileIndex {
    sections = List.copyOf(sections);
  }

  private static Schema schema() {
    try (InputStream file = StateFileIndex.class.getResourceAsStream("state-file.avsc")) {
      return new Schema.Parser().parse(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read state-file.avsc", e);
    }
  }

  /** The Avro bytes. */
  byte[] encode() {
    GenericRecord index = new GenericData.Record(SCHEMA);
    index.put("applicationId", applicationId);
    index.put("executorId", executorId);
    index.put("versionMs", versionMs);
    index.put("types", ByteBuffer.wrap(types));
    Schema element = SCHEMA.getField("sections").schema().getElementType();
    List<GenericRecord> all = new ArrayList<>(sections.size());
    for (StateSection section : sections) {
      GenericRecord one = new GenericData.Record(element);
      one.put("stateId", section.stateId());
      one.put("partition", section.partition());
      one.put("versionMs", section.versionMs());
      one.put("isDelta", section.isDelta());
      one.put("form", section.form());
      one.put("offset", section.offset());
      one.put("lengthBytes", section.lengthBytes());
      one.put("rows", section.rows());
      one.put("removed", section.removed());
      all.add(one);
    }
    index.put("sections", all);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    try {
      new GenericDatumWriter<GenericRecord>(SCHEMA).write(index, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads Avro bytes that were written with a schema.
   *
   * @throws IOException when they are not what the schema says
   */
  static StateFileIndex decode(byte[] writerSchema, byte[] avro) throws IOException {
    try {
      Schema writer = new Schema.Parser().parse(new String(writerSchema, StandardCharsets.UTF_8));
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(avro, null);
      GenericRecord index =
          new GenericDatumReader<GenericRecord>(writer, SCHEMA).read(null, decoder);
      List<StateSection> sections = new ArrayList<>();
      for (Object each : (List<?>) index.get("sections")) {
        GenericRecord one = (GenericRecord) each;
        sections.add(
            new StateSection(
                (Integer) one.get("stateId"),
                (Integer) one.get("partition"),
                (Long) one.get("versionMs"),
                (Boolean) one.get("isDelta"),
                (Integer) one.get("form"),
                (Long) one.get("offset"),
                (Long) one.get("lengthBytes"),
                (Long) one.get("rows"),
                (Long) one.get("removed")));
      }
      ByteBuffer types = (ByteBuffer) index.get("types");
      byte[] typeBytes = new byte[types.remaining()];
      types.get(typeBytes);
      return new StateFileIndex(
          index.get("applicationId").toString(),
          (Integer) index.get("executorId"),
          (Long) index.get("versionMs"),
          typeBytes,
          sections);
    } catch (RuntimeException e) {
      // Avro answers damaged bytes with exceptions of many kinds.
      throw new IOException(e.toString(), e);
    }
  }
}
