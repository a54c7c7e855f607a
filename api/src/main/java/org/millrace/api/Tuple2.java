package org.millrace.api;

import java.io.Serializable;

/**
 * A pair, most often of key and value.
 *
 * <p>Either side may be null. A pair can be serialized when both sides can. {@link #toString()} is
 * {@code (first,second)} without a blank, which is what {@code print} and text output write. The
 * hash code is the one of Scala 2.12's {@code Tuple2}, so that a pair used as a key is placed where
 * a Spark user knows it; an enum inside counts by its name.
 *
 * @param <T1> type of the first side
 * @param <T2> type of the second side
 */
@SuppressWarnings("serial") // the sides are as serializable as the program makes them
public record Tuple2<T1, T2>(T1 _1, T2 _2) implements Serializable {
  private static final int SEED = 0xcafebabe;

  /** The same pair with its sides exchanged. */
  public Tuple2<T2, T1> swap() {
    return new Tuple2<>(_2, _1);
  }

  @Override
  public int hashCode() {
    int hash = mix(mix(SEED, sideHash(_1)), sideHash(_2)) ^ 2;
    hash ^= hash >>> 16;
    hash *= 0x85ebca6b;
    hash ^= hash >>> 13;
    hash *= 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  /** One round of MurmurHash3 for 32 bits. */
  private static int mix(int hash, int data) {
    int scrambled = Integer.rotateLeft(data * 0xcc9e2d51, 15) * 0x1b873593;
    return Integer.rotateLeft(hash ^ scrambled, 13) * 5 + 0xe6546b64;
  }

  /** Scala's {@code ##}: numbers that are equal in value have one hash code. */
  private static int sideHash(Object side) {
    if (side == null) {
      return 0;
    }
    if (side instanceof Enum<?> constant) {
      return constant.name().hashCode();
    }
    if (side instanceof Long number) {
      return number.intValue() == number ? number.intValue() : number.hashCode();
    }
    if (side instanceof Double || side instanceof Float) {
      return floatingHash(((Number) side).doubleValue(), side);
    }
    return side.hashCode();
  }

  private static int floatingHash(double value, Object side) {
    if ((int) value == value) {
      return (int) value;
    }
    if ((long) value == value) {
      return Long.hashCode((long) value);
    }
    return (float) value == value ? Float.hashCode((float) value) : side.hashCode();
  }

  @Override
  public String toString() {
    return "(" + _1 + "," + _2 + ")";
  }
}
