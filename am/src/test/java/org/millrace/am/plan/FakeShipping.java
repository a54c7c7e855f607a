package org.millrace.am.plan;

import com.google.protobuf.ByteString;
import java.io.Serializable;
import java.util.List;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.runner.wire.proto.FunctionSet;

/** Counts what is serialized and gives each list of functions a number. */
public final class FakeShipping implements Shipping {
  public int serialized;

  @Override
  public FunctionSet functions(List<Serializable> functions, String description) {
    serialized++;
    return FunctionSet.newBuilder()
        .setId(ByteString.copyFromUtf8("functions-" + serialized))
        .build();
  }

  @Override
  public ByteString records(List<Object> records) {
    return ByteString.copyFromUtf8(records.toString());
  }

  @Override
  public ByteString receiver(Receiver<?> receiver, String description) {
    return ByteString.copyFromUtf8(description);
  }

  @Override
  public String codeVersion() {
    return "test";
  }

  @Override
  public java.nio.ByteBuffer value(Object value) {
    return java.nio.ByteBuffer.wrap(
        value.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Override
  public List<org.millrace.api.accumulator.AccumulatorV2<?, ?>> accumulators(ByteString encoded) {
    return List.of();
  }
}
