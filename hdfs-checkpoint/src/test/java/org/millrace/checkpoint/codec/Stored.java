package org.millrace.checkpoint.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.millrace.api.codec.CodecRegistration;

/** Writes values and reads them again. */
final class Stored {
  private Stored() {}

  static StateCodecs codecs(CodecRegistration... registrations) {
    return new StateCodecs(Stored.class.getClassLoader(), List.of(registrations));
  }

  /** A value that one class wrote, read as if it had been another of the same name. */
  static Object evolved(Object value, Class<?> then, Class<?> today) {
    return evolved(value, types -> types.replace(quoted(then), quoted(today)));
  }

  static Object evolved(Object value, UnaryOperator<String> change) {
    ValueWriter writer = codecs().newWriter();
    ValueSink sink = new ValueSink();
    writer.write(value, sink);
    String types = change.apply(new String(writer.types(), StandardCharsets.UTF_8));
    ValueSource source = new ValueSource(sink.view());
    Object read = codecs().newReader(types.getBytes(StandardCharsets.UTF_8)).read(source);
    if (source.remaining() > 0) {
      throw new AssertionError(source.remaining() + " bytes were not read of " + value);
    }
    return read;
  }

  private static String quoted(Class<?> type) {
    return "\"java-class\":\"" + type.getName() + "\"";
  }

  static Object again(Object value, CodecRegistration... registrations) {
    StateCodecs codecs = codecs(registrations);
    ValueWriter writer = codecs.newWriter();
    ValueSink sink = new ValueSink();
    writer.write(value, sink);
    ValueSource source = new ValueSource(sink.view());
    Object read = codecs.newReader(writer.types()).read(source);
    if (source.remaining() > 0) {
      throw new AssertionError(source.remaining() + " bytes were not read of " + value);
    }
    ValueSource skipped = new ValueSource(ByteBuffer.wrap(sink.toByteArray()));
    codecs.newReader(writer.types()).skip(skipped);
    if (skipped.remaining() > 0) {
      throw new AssertionError(skipped.remaining() + " bytes were not skipped of " + value);
    }
    return read;
  }
}
