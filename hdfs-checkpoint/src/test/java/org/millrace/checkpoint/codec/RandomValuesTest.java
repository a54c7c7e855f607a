package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;

/** Random values of all kinds, many in one file. */
class RandomValuesTest {
  private static final int FILES = 60;
  private static final int VALUES = 100;

  @Test
  void valuesComeBackEqualInTheirOrder() {
    for (int seed = 0; seed < FILES; seed++) {
      StateCodecs codecs = Stored.codecs();
      ValueWriter writer = codecs.newWriter();
      ValueSink sink = new ValueSink();
      List<Object> values = written(seed, writer, sink);
      ValueReader reader = codecs.newReader(writer.types());
      ValueSource source = new ValueSource(sink.view());
      ValueSource skipped = new ValueSource(sink.view());
      for (Object value : values) {
        Object again = reader.read(source);
        reader.skip(skipped);

        assertThat(again).as("seed " + seed).isEqualTo(value);
        assertThat(skipped.position()).as("seed " + seed).isEqualTo(source.position());
        if (value != null) {
          assertThat(again).as("seed " + seed).hasSameHashCodeAs(value);
        }
      }
      assertThat(source.remaining()).isZero();
    }
  }

  private static List<Object> written(int seed, ValueWriter writer, ValueSink sink) {
    RandomValues random = new RandomValues(new Random(seed));
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < VALUES; i++) {
      values.add(random.any(5));
      writer.write(values.get(i), sink);
    }
    return values;
  }

  @Test
  void whatIsWrittenIsAvroForItsOwnReader() {
    for (int seed = 0; seed < FILES / 4; seed++) {
      ValueWriter writer = Stored.codecs().newWriter();
      ValueSink sink = new ValueSink();
      written(seed, writer, sink);
      Schema schema = new Schema.Parser().parse(new String(writer.types(), StandardCharsets.UTF_8));

      assertThat(readByAvro(schema, sink.toByteArray())).as("seed " + seed).isEqualTo(VALUES);
    }
  }

  private static int readByAvro(Schema schema, byte[] bytes) {
    try {
      GenericDatumReader<Object> reader = new GenericDatumReader<>(schema);
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
      int count = 0;
      while (!decoder.isEnd()) {
        Object datum = reader.read(null, decoder);
        assertThat(GenericData.get().validate(schema, datum)).isTrue();
        count++;
      }
      return count;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
