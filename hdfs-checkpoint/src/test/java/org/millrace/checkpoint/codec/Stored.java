package org.millrace.checkpoint.codec;

import java.nio.ByteBuffer;
import java.util.List;
import org.millrace.api.codec.CodecRegistration;

/** Writes values and reads them again. */
final class Stored {
  private Stored() {}

  static StateCodecs codecs(CodecRegistration... registrations) {
    return new StateCodecs(Stored.class.getClassLoader(), List.of(registrations));
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
