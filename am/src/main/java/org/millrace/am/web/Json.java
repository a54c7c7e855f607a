package org.millrace.am.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * JSON written field by field: the names in an answer are those in the code that writes it,
 * whatever a record's components are called, and nothing is found by reflection. Thread-safe.
 */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int USUAL_BYTES = 8 * 1024;

  private Json() {}

  /** Writes one value. */
  @FunctionalInterface
  interface Body {
    void writeTo(JsonGenerator json) throws IOException;
  }

  static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      body.writeTo(json);
    } catch (IOException cannotHappenInMemory) {
      throw new UncheckedIOException(cannotHappenInMemory);
    }
    return bytes.toByteArray();
  }

  /** Writes null for a negative number: the moment or the executor that there is not (yet). */
  static void writeKnown(JsonGenerator json, String name, long number) throws IOException {
    if (number < 0) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, number);
    }
  }
}
