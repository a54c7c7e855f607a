package org.millrace.checkpoint.codec;

/** Reads what follows the number of a branch. */
@FunctionalInterface
interface Decoder {
  Object read(ValueReader from, ValueSource source);
}
