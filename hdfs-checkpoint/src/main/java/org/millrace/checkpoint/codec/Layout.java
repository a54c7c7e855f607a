package org.millrace.checkpoint.codec;

import java.util.function.Function;
import org.apache.avro.Schema;

/**
 * A kind that is built in.
 *
 * @param name the name of its branch, for ever
 */
record Layout(String name, Function<SchemaScope, Schema> branch, Encoder encoder, Decoder decoder)
    implements Kind {
  /** Writes what follows the number of the branch. */
  @FunctionalInterface
  interface Encoder {
    void write(Object value, ValueWriter to, ValueSink sink);
  }

  @Override
  public Schema schema(SchemaScope scope) {
    return branch.apply(scope);
  }

  @Override
  public void write(Object value, ValueWriter to, ValueSink sink) {
    encoder.write(value, to, sink);
  }

  // Kinds are compared by identity; records would compare their functions.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
