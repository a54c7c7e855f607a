package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.codec.RecordCodec;

/**
 * The records of an object file, version 1, as {@code docs/format/object-file.md} says. Not
 * thread-safe.
 */
final class ObjectFileCodec implements DatumWriter<Object>, DatumReader<Object> {
  static final String VERSION_KEY = "millrace.object-file";
  static final int VERSION = 1;

  static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "StoredRecord", "namespace": "org.millrace", "fields": [
                {"name": "value", "type": ["null", "boolean", "int", "long", "float", "double", "string", "bytes",
                  {"type": "record", "name": "Pair", "fields": [
                    {"name": "first", "type": "StoredRecord"}, {"name": "second", "type": "StoredRecord"}]},
                  {"type": "record", "name": "Encoded", "fields": [{"name": "record", "type": "bytes"}]}]}]}
              """);

  private static final int NULL = 0;
  private static final int BOOLEAN = 1;
  private static final int INT = 2;
  private static final int LONG = 3;
  private static final int FLOAT = 4;
  private static final int DOUBLE = 5;
  private static final int STRING = 6;
  private static final int BYTES = 7;
  private static final int PAIR = 8;
  private static final int ENCODED = 9;

  private final RecordCodec records;
  private final String path;

  /**
   * @param records encodes what Avro has no type for
   * @param path of the file, for messages
   */
  ObjectFileCodec(RecordCodec records, String path) {
    this.records = records;
    this.path = path;
  }

  /** Of the file that is read. */
  @Override
  public void setSchema(Schema written) {
    if (!written.equals(SCHEMA)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          path
              + " holds "
              + written.getFullName()
              + " records and is no object file of this version; read it by an input format for"
              + " Avro");
    }
  }

  @Override
  public void write(Object record, Encoder out) throws IOException {
    if (record == null) {
      out.writeIndex(NULL);
    } else if (record instanceof String text && isWellFormed(text)) {
      out.writeIndex(STRING);
      out.writeString(text);
    } else if (record instanceof Long number) {
      out.writeIndex(LONG);
      out.writeLong(number);
    } else if (record instanceof Integer number) {
      out.writeIndex(INT);
      out.writeInt(number);
    } else if (record instanceof Double number) {
      out.writeIndex(DOUBLE);
      out.writeDouble(number);
    } else if (record instanceof Float number) {
      out.writeIndex(FLOAT);
      out.writeFloat(number);
    } else if (record instanceof Boolean value) {
      out.writeIndex(BOOLEAN);
      out.writeBoolean(value);
    } else if (record instanceof byte[] bytes) {
      out.writeIndex(BYTES);
      out.writeBytes(bytes);
    } else if (record instanceof Tuple2<?, ?> pair) {
      out.writeIndex(PAIR);
      write(pair._1(), out);
      write(pair._2(), out);
    } else {
      out.writeIndex(ENCODED);
      out.writeBytes(records.encode(List.of(record)));
    }
  }

  @Override
  public Object read(Object reuse, Decoder in) throws IOException {
    int branch = in.readIndex();
    return switch (branch) {
      case NULL -> {
        in.readNull();
        yield null;
      }
      case BOOLEAN -> in.readBoolean();
      case INT -> in.readInt();
      case LONG -> in.readLong();
      case FLOAT -> in.readFloat();
      case DOUBLE -> in.readDouble();
      case STRING -> in.readString();
      case BYTES -> bytes(in);
      case PAIR -> new Tuple2<>(read(null, in), read(null, in));
      case ENCODED -> records.decode(ByteBuffer.wrap(bytes(in)), 1).get(0);
      default -> throw new IOException(path + " has a value of an unknown branch " + branch);
    };
  }

  private static byte[] bytes(Decoder in) throws IOException {
    ByteBuffer buffer = in.readBytes(null);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** A string with half a surrogate pair would not come back as it was. */
  private static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
