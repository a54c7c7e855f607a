package org.millrace.checkpoint.codec;

import java.util.List;
import org.apache.avro.Schema;
import org.millrace.api.codec.Codec;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Values of a codec of the program: bytes that only the codec can read. */
final class CodedKind implements Kind {
  private final CodecRegistration registration;

  CodedKind(CodecRegistration registration) {
    this.registration = registration;
  }

  @Override
  public Schema schema(SchemaScope scope) {
    Codec<?> codec = registration.codec();
    String namespace = SchemaScope.NAMESPACE + ".codec";
    Schema schema =
        Schema.createRecord(scope.named(namespace, codec.name()), null, namespace, false);
    schema.addProp(TypeTable.CODEC, codec.name());
    schema.addProp(TypeTable.CODEC_VERSION, Integer.toString(codec.version()));
    schema.addProp(TypeTable.JAVA_CLASS, registration.type().getName());
    schema.setFields(List.of(SchemaScope.field("value", Schema.Type.BYTES)));
    return schema;
  }

  @Override
  @SuppressWarnings("unchecked") // the registration's class is the codec's
  public void write(Object value, ValueWriter to, ValueSink sink) {
    // Codecs write few large values or many small ones; either way their length comes first.
    ValueSink part = new ValueSink();
    ((Codec<Object>) registration.codec()).write(value, part);
    sink.writeBytesOf(part);
  }

  /** Reads what a codec wrote by the codec that has its name today. */
  static Decoder decoder(Schema written, StateCodecs codecs) {
    String name = written.getProp(TypeTable.CODEC);
    int version = versionOf(written);
    for (CodecRegistration registration : codecs.registrations()) {
      if (registration.codec().name().equals(name)) {
        if (version > registration.codec().version()) {
          throw new MillraceException(
              ErrorCode.STATE_NOT_READABLE,
              "stored state was written by version "
                  + version
                  + " of codec '"
                  + name
                  + "', and the program has version "
                  + registration.codec().version()
                  + " of it; run it with the codec that wrote the state, or a newer one");
        }
        return (from, source) -> read(registration.codec(), version, source);
      }
    }
    throw new MillraceException(
        ErrorCode.STATE_NOT_READABLE,
        "stored state has values of "
            + written.getProp(TypeTable.JAVA_CLASS)
            + " that codec '"
            + name
            + "' wrote, and the program has none of this name; register it:"
            + " StreamingContext.registerCodec");
  }

  private static int versionOf(Schema written) {
    try {
      return Integer.parseInt(written.getProp(TypeTable.CODEC_VERSION));
    } catch (NumberFormatException e) {
      throw TypeTable.damaged("a codec's version is no number", e);
    }
  }

  private static Object read(Codec<?> codec, int version, ValueSource source) {
    ValueSource part = source.readPart();
    Object value;
    try {
      value = codec.read(version, part);
    } catch (MillraceException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "codec '"
              + codec.name()
              + "' could not read a value of its version "
              + version
              + ": "
              + e,
          e);
    }
    if (part.remaining() > 0) {
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "codec '"
              + codec.name()
              + "' left "
              + part.remaining()
              + " bytes of a value of its version "
              + version
              + " unread; it must read all that it wrote");
    }
    return value;
  }
}
