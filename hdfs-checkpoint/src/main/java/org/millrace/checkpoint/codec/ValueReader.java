package org.millrace.checkpoint.codec;

import java.util.List;
import org.apache.avro.Schema;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Reads values of one file as objects of today's classes. Whatever the bytes are, it ends in a
 * value or in a MillraceException. Not thread-safe.
 */
public final class ValueReader {
  private final StateCodecs codecs;
  private final List<Schema> branches;
  private final Decoder[] decoders;
  private int depth;

  ValueReader(StateCodecs codecs, List<Schema> branches) {
    this.codecs = codecs;
    this.branches = branches;
    this.decoders = new Decoder[branches.size()];
  }

  /**
   * The next value, which may be null.
   *
   * @throws MillraceException CORRUPT_STATE when the bytes are no value; STATE_NOT_READABLE when
   *     today's classes or codecs cannot hold what was stored
   */
  public Object read(ValueSource source) {
    depth = 0;
    try {
      return readValue(source);
    } catch (MillraceException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "a stored value that ends before byte "
              + source.position()
              + " cannot be made again: "
              + e
              + "; equals, hashCode, compareTo and constructors must accept what was stored",
          e);
    }
  }

  /** Passes over the next value, for whose classes nobody looks. */
  public void skip(ValueSource source) {
    depth = 0;
    skipValue(source);
  }

  Object readValue(ValueSource source) {
    int number = source.readInt();
    return switch (number) {
      case TypeTable.NULL -> null;
      case TypeTable.BOOLEAN -> source.readBoolean();
      case TypeTable.INT -> source.readInt();
      case TypeTable.LONG -> source.readLong();
      case TypeTable.FLOAT -> source.readFloat();
      case TypeTable.DOUBLE -> source.readDouble();
      case TypeTable.STRING -> source.readText();
      case TypeTable.BYTES -> source.readBytes();
      default -> {
        enter(source);
        Object value = decoder(number, source).read(this, source);
        depth--;
        yield value;
      }
    };
  }

  private void enter(ValueSource source) {
    if (++depth > ValueWriter.MAX_DEPTH) {
      throw source.violation("nested deeper than " + ValueWriter.MAX_DEPTH + " levels");
    }
  }

  private Decoder decoder(int number, ValueSource source) {
    Schema schema = branch(number, source);
    Decoder decoder = decoders[number];
    if (decoder == null) {
      decoder = newDecoder(schema);
      decoders[number] = decoder;
    }
    return decoder;
  }

  private Schema branch(int number, ValueSource source) {
    if (number < 0 || number >= decoders.length) {
      throw source.violation("type " + number + " of a table of " + decoders.length);
    }
    return branches.get(number);
  }

  private Decoder newDecoder(Schema schema) {
    if (schema.getProp(TypeTable.CODEC) != null) {
      return CodedKind.decoder(schema, codecs);
    }
    if (schema.getProp(TypeTable.JAVA_ARRAY_OF) != null) {
      return ArrayKind.decoder(schema, codecs);
    }
    if (schema.getProp(TypeTable.JAVA_CLASS) != null) {
      return schema.getType() == Schema.Type.ENUM
          ? EnumKind.decoder(schema, codecs)
          : ObjectDecoder.of(schema, codecs);
    }
    Layout layout = Layouts.named(schema.getName());
    if (layout == null) {
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "stored state has values of "
              + schema.getFullName()
              + ", which this version of Millrace does not know; start the application with the"
              + " version that wrote them, or a newer one");
    }
    return layout.decoder();
  }

  private void skipValue(ValueSource source) {
    int number = source.readInt();
    enter(source);
    skip(branch(number, source), source);
    depth--;
  }

  /** Passes over what is written by a schema of the table. */
  void skip(Schema schema, ValueSource source) {
    switch (schema.getType()) {
      case NULL -> {}
      case BOOLEAN -> source.readBoolean();
      case INT, LONG, ENUM -> source.readLong();
      case FLOAT -> source.skip(Float.BYTES);
      case DOUBLE -> source.skip(Double.BYTES);
      case STRING, BYTES -> source.skip(source.readCount(1));
      case FIXED -> source.skip(schema.getFixedSize());
      case ARRAY -> skipArray(schema.getElementType(), source);
      case RECORD -> {
        if (schema.getFullName().equals(TypeTable.VALUE)) {
          skipValue(source);
        } else {
          schema.getFields().forEach(field -> skip(field.schema(), source));
        }
      }
      case UNION, MAP -> throw source.violation("a type of values that none is written by");
    }
  }

  private void skipArray(Schema element, ValueSource source) {
    int count = source.readCount(1);
    for (int i = 0; i < count; i++) {
      skip(element, source);
    }
    if (count > 0) {
      ArrayLayouts.requireEnd(source);
    }
  }
}
