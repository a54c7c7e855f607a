package org.millrace.api.sketch;

import com.dynatrace.hash4j.distinctcount.UltraLogLog;
import com.dynatrace.hash4j.hashing.Hashing;
import java.io.Serializable;
import org.millrace.api.HashPartitioner;
import org.millrace.api.Tuple2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * About how many distinct values were added, in a fixed number of bytes.
 *
 * <p>An UltraLogLog (Ertl, "UltraLogLog: A Practical and More Space-Efficient Alternative to
 * HyperLogLog for Approximate Distinct Counting", VLDB 2024) of one byte for each of 2^p registers;
 * its relative standard deviation is about 0.78 / sqrt(2^p). Values that are equal count once;
 * values without a stable hash code are refused as keys are. Of classes with a hash code of their
 * own only its 32 bits count, so that beyond some hundred millions too few are found. Not
 * thread-safe.
 */
public final class DistinctSketch implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final double DEVIATION_OF_ONE_REGISTER = 0.782;
  private static final int LEAST_PRECISION = 3;
  private static final int MOST_PRECISION = 26;

  private final byte[] registers;
  private transient UltraLogLog counter;

  private DistinctSketch(byte[] registers) {
    this.registers = registers;
  }

  /** A sketch of no values with a relative standard deviation of at most {@code relativeSD}. */
  public static DistinctSketch of(double relativeSD) {
    return new DistinctSketch(new byte[1 << precision(relativeSD)]);
  }

  /**
   * The sketch with the registers that {@link #registers()} gave; the array becomes its own.
   *
   * @throws IllegalArgumentException when their number is not a power of two from 8 to 2^26
   */
  public static DistinctSketch ofRegisters(byte[] registers) {
    int count = registers.length;
    if (Integer.bitCount(count) != 1
        || count < 1 << LEAST_PRECISION
        || count > 1 << MOST_PRECISION) {
      throw new IllegalArgumentException("a sketch of " + count + " registers");
    }
    return new DistinctSketch(registers);
  }

  /** A copy of all that the sketch knows. */
  public byte[] registers() {
    return registers.clone();
  }

  /**
   * Checks a relative standard deviation.
   *
   * @throws MillraceException ILLEGAL_USE when it is not in [0.0001, 1)
   */
  public static double requireDeviation(double relativeSD) {
    if (precision(relativeSD) > MOST_PRECISION || !(relativeSD < 1)) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "distinct values cannot be counted with a relative standard deviation of "
              + relativeSD
              + "; give a number from 0.0001, which takes 64 MiB, to less than 1");
    }
    return relativeSD;
  }

  private static int precision(double relativeSD) {
    double registers = Math.pow(DEVIATION_OF_ONE_REGISTER / relativeSD, 2);
    double precision = Math.ceil(Math.log(registers) / Math.log(2));
    return precision > MOST_PRECISION // also for a deviation that is no number
        ? MOST_PRECISION + 1
        : (int) Math.max(LEAST_PRECISION, precision);
  }

  /** Adds a value; gives this sketch. */
  public DistinctSketch add(Object value) {
    counter().add(hash(value));
    return this;
  }

  /** Adds the values of another sketch of the same precision; gives this sketch. */
  public DistinctSketch merge(DistinctSketch other) {
    counter().add(other.counter());
    return this;
  }

  /** About how many distinct values were added. */
  public long estimate() {
    return Math.round(counter().getDistinctCountEstimate());
  }

  private UltraLogLog counter() {
    if (counter == null) {
      counter = UltraLogLog.wrap(registers); // writes through to the registers
    }
    return counter;
  }

  private static long hash(Object value) {
    if (value instanceof CharSequence text && value instanceof String) {
      return Hashing.komihash5_0().hashCharsToLong(text);
    }
    if (value instanceof Tuple2<?, ?> pair) {
      return mix(31 * hash(pair._1()) + hash(pair._2()) + 1);
    }
    if (value instanceof Long number) {
      return mix(number);
    }
    if (value instanceof Double number) {
      return mix(Double.doubleToLongBits(number) ^ 2);
    }
    return mix(value == null ? 3 : 4L + HashPartitioner.stableHashCode(value));
  }

  /** The finalizer of MurmurHash3: every bit depends on every other. */
  private static long mix(long bits) {
    long mixed = bits;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
