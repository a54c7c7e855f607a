package org.millrace.am.plan;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.wire.proto.FunctionSet;

/** Ships the functions and records of one program. Thread-safe. */
public final class ProgramShipping implements Shipping {
  private final RecordCodec records;
  private final FunctionCodec functions;
  private final String codeVersion;

  /**
   * @param records codec over the program's class loader
   * @param codeVersion content hash of the program's jars
   */
  public ProgramShipping(RecordCodec records, String codeVersion) {
    this.records = records;
    this.functions = new FunctionCodec(records.userClasses());
    this.codeVersion = codeVersion;
  }

  @Override
  public FunctionSet functions(List<Serializable> captured, String description) {
    FunctionCodec.Encoded encoded;
    try {
      encoded = FunctionCodec.encode(captured.toArray());
    } catch (MillraceException notSerializable) {
      throw new MillraceException(
          notSerializable.code(),
          description + ": " + notSerializable.getMessage(),
          notSerializable);
    }
    return FunctionSet.newBuilder()
        .setId(ByteString.copyFrom(FunctionCodec.functionSetId(ByteBuffer.wrap(encoded.content()))))
        .setContent(UnsafeByteOperations.unsafeWrap(encoded.content()))
        .addAllBroadcasts(encoded.broadcasts())
        .setAccumulates(encoded.accumulates())
        .build();
  }

  @Override
  public ByteString receiver(Receiver<?> receiver, String description) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
      output.writeObject(receiver);
    } catch (IOException failure) {
      throw new MillraceException(
          ErrorCode.FUNCTION_NOT_SERIALIZABLE,
          "the receiver of "
              + description
              + " cannot be sent to an executor: "
              + failure
              + "; keep what is not serializable transient and make it in onStart()",
          failure);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  @Override
  public ByteString records(List<Object> list) {
    return UnsafeByteOperations.unsafeWrap(records.encode(list));
  }

  @Override
  public ByteBuffer value(Object value) {
    return records.encode(List.of(value));
  }

  @Override
  public List<AccumulatorV2<?, ?>> accumulators(ByteString encoded) {
    return List.of((AccumulatorV2<?, ?>[]) functions.decodeObject(encoded.toByteArray()));
  }

  @Override
  public String codeVersion() {
    return codeVersion;
  }
}
