package org.millrace.checkpoint.codec;

import org.apache.avro.Schema;

/**
 * How values of one or several classes are written, and what the table of types says of it.
 * Compared by identity: each kind that a file uses is a branch of the file's union.
 */
interface Kind {
  /** The branch, in a file whose values are of {@code scope.value()}. */
  Schema schema(SchemaScope scope);

  /** Writes what follows the number of the branch. */
  void write(Object value, ValueWriter to, ValueSink sink);
}
