package org.millrace.runner.codec;

/** The class of a number that is carried as 64 bits. */
public enum NumberForm {
  /** A {@code Long}: itself. */
  LONG,
  /** An {@code Integer}: sign-extended. */
  INTEGER,
  /** A {@code Double}: its raw bits. */
  DOUBLE,
  /** Null, whatever the bits are. */
  NOTHING;

  /** The number as an object. */
  public Object box(long bits) {
    return switch (this) {
      case LONG -> bits;
      case INTEGER -> (int) bits;
      case DOUBLE -> Double.longBitsToDouble(bits);
      case NOTHING -> null;
    };
  }

  /** Whether an object is of this class. */
  public boolean holds(Object value) {
    return switch (this) {
      case LONG -> value instanceof Long;
      case INTEGER -> value instanceof Integer;
      case DOUBLE -> value instanceof Double;
      case NOTHING -> value == null;
    };
  }

  /**
   * The bits of an object.
   *
   * @throws ClassCastException when it is of another class
   * @throws NullPointerException when it is null and the form is a number
   */
  public long unbox(Object value) {
    return switch (this) {
      case LONG -> (Long) value;
      case INTEGER -> (Integer) value;
      case DOUBLE -> Double.doubleToRawLongBits((Double) value);
      case NOTHING -> 0;
    };
  }
}
