package org.millrace.am.plan;

import com.google.protobuf.ByteString;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.runner.wire.proto.FunctionSet;

/** How functions and records become bytes for executors. Thread-safe. */
public interface Shipping {
  /**
   * @throws org.millrace.api.error.MillraceException FUNCTION_NOT_SERIALIZABLE naming the path of
   *     fields to the culprit
   */
  FunctionSet functions(List<Serializable> functions, String description);

  /** Records in the record encoding. */
  ByteString records(List<Object> records);

  /**
   * A value in the record encoding.
   *
   * @throws org.millrace.api.error.MillraceException ILLEGAL_USE when it has none
   */
  ByteBuffer value(Object value);

  /** What tasks added, as {@code TaskFinished.accumulators} has it. */
  List<AccumulatorV2<?, ?>> accumulators(ByteString encoded);

  /** A receiver as the executor that runs it reads it: Java-serialized. */
  ByteString receiver(Receiver<?> receiver, String description);

  /** Content hash of the code that functions come from. */
  String codeVersion();
}
