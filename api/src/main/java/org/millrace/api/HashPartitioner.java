package org.millrace.api;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Places a key by its hash code: non-negative {@code hashCode()} modulo the number of partitions.
 *
 * <p>A null key goes to partition 0. An enum is placed by the hash code of its name, because its
 * own differs from process to process. An array, or another object with {@link Object}'s own hash
 * code, is refused with {@link ErrorCode#UNSTABLE_KEY}.
 */
public final class HashPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private static final ClassValue<Boolean> HAS_IDENTITY_HASH =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          try {
            return type.getMethod("hashCode").getDeclaringClass() == Object.class;
          } catch (NoSuchMethodException e) {
            throw new MillraceException(ErrorCode.INTERNAL, "no hashCode method in " + type, e);
          }
        }
      };

  private final int numPartitions;

  /** A partitioner over {@code numPartitions} partitions, at least one. */
  public HashPartitioner(int numPartitions) {
    if (numPartitions < 1) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "a HashPartitioner cannot have "
              + numPartitions
              + " partitions; give a number of at least 1");
    }
    this.numPartitions = numPartitions;
  }

  @Override
  public int numPartitions() {
    return numPartitions;
  }

  @Override
  public int getPartition(Object key) {
    return key == null ? 0 : Math.floorMod(stableHashCode(key), numPartitions);
  }

  /**
   * The hash code by which a key is placed.
   *
   * @throws MillraceException {@link ErrorCode#UNSTABLE_KEY} when equal keys of two processes could
   *     have different hash codes
   */
  public static int stableHashCode(Object key) {
    if (key instanceof String) {
      return key.hashCode();
    }
    if (key instanceof Enum<?> constant) {
      return constant.name().hashCode();
    }
    requireStable(key);
    return key.hashCode();
  }

  private static void requireStable(Object key) {
    if (key instanceof Tuple2<?, ?> pair) {
      requireStable(pair._1());
      requireStable(pair._2());
    } else if (key != null && !(key instanceof Enum<?>) && HAS_IDENTITY_HASH.get(key.getClass())) {
      throw unstable(key);
    }
  }

  private static MillraceException unstable(Object key) {
    String type = key.getClass().getTypeName();
    String advice =
        key.getClass().isArray()
            ? "use a List or a String as the key instead of an array"
            : "give " + type + " its own equals and hashCode, or make it a record";
    return new MillraceException(
        ErrorCode.UNSTABLE_KEY,
        "a key of type "
            + type
            + " cannot be placed: its hash code is its identity, which differs from process to"
            + " process; "
            + advice);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HashPartitioner that && that.numPartitions == numPartitions;
  }

  @Override
  public int hashCode() {
    return numPartitions;
  }

  @Override
  public String toString() {
    return "HashPartitioner(" + numPartitions + ")";
  }
}
