package org.millrace.am.plan;

import com.google.protobuf.ByteString;
import java.io.Serializable;
import java.util.List;
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

  /** A receiver as the executor that runs it reads it: Java-serialized. */
  ByteString receiver(Receiver<?> receiver, String description);

  /** Content hash of the code that functions come from. */
  String codeVersion();
}
