package org.millrace.checkpoint.codec;

import java.lang.invoke.MethodType;

/**
 * Fits a stored value to the type that its place has today, by the promotions of Avro's schema
 * resolution: int to long, float and double, long to float and double, float to double, and between
 * primitives and their boxes.
 */
final class Coercion {
  /** What {@link #fit} gives for a value that has no place there. */
  static final Object MISFIT = new Object();

  private final Class<?> boxed;
  private final boolean isNumber;
  private final boolean acceptsNull;

  Coercion(Class<?> target) {
    boxed = MethodType.methodType(target).wrap().returnType();
    isNumber = Number.class.isAssignableFrom(boxed);
    acceptsNull = !target.isPrimitive();
  }

  Object fit(Object value) {
    if (value == null) {
      return acceptsNull ? null : MISFIT;
    }
    if (boxed.isInstance(value)) {
      return value;
    }
    return isNumber ? promoted(value) : MISFIT;
  }

  private Object promoted(Object value) {
    int rank = rank(value);
    if (rank == 0) {
      return MISFIT;
    }
    Number number = (Number) value;
    if (boxed == Short.class && rank < 2) {
      return number.shortValue();
    }
    if (boxed == Integer.class && rank < 3) {
      return number.intValue();
    }
    if (boxed == Long.class && rank < 4) {
      return number.longValue();
    }
    if (boxed == Float.class && rank < 5) {
      return number.floatValue();
    }
    return boxed == Double.class ? (Object) number.doubleValue() : MISFIT;
  }

  /** Place in the order byte, short, int, long, float, double, from 1; 0 for no such number. */
  private static int rank(Object value) {
    if (value instanceof Byte) {
      return 1;
    }
    if (value instanceof Short) {
      return 2;
    }
    if (value instanceof Integer) {
      return 3;
    }
    if (value instanceof Long) {
      return 4;
    }
    if (value instanceof Float) {
      return 5;
    }
    return value instanceof Double ? 6 : 0;
  }
}
