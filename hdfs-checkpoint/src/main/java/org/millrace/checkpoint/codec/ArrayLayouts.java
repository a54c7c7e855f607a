package org.millrace.checkpoint.codec;

import static org.millrace.checkpoint.codec.SchemaScope.array;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema.Type;

/**
 * Layouts of arrays of primitives: Avro arrays in one block. {@code byte[]} is Avro's {@code
 * bytes}.
 */
final class ArrayLayouts {
  private ArrayLayouts() {}

  static Map<Class<?>, Layout> byClass() {
    Map<Class<?>, Layout> layouts = new LinkedHashMap<>();
    layouts.put(
        boolean[].class,
        layout(
            "BooleanArray",
            Type.BOOLEAN,
            (value, to, sink) -> {
              boolean[] array = (boolean[]) value;
              begin(array.length, sink);
              for (boolean element : array) {
                sink.writeBoolean(element);
              }
              end(array.length, sink);
            },
            (from, source) -> {
              boolean[] array = new boolean[source.readCount(1)];
              for (int i = 0; i < array.length; i++) {
                array[i] = source.readBoolean();
              }
              return ended(array, array.length, source);
            }));
    layouts.put(
        short[].class,
        layout(
            "ShortArray",
            Type.INT,
            (value, to, sink) -> {
              short[] array = (short[]) value;
              begin(array.length, sink);
              for (short element : array) {
                sink.writeLong(element);
              }
              end(array.length, sink);
            },
            (from, source) -> {
              short[] array = new short[source.readCount(1)];
              for (int i = 0; i < array.length; i++) {
                array[i] = (short) ScalarLayouts.narrow(source, Short.MIN_VALUE, Short.MAX_VALUE);
              }
              return ended(array, array.length, source);
            }));
    layouts.put(
        char[].class,
        layout(
            "CharArray",
            Type.INT,
            (value, to, sink) -> {
              char[] array = (char[]) value;
              begin(array.length, sink);
              for (char element : array) {
                sink.writeLong(element);
              }
              end(array.length, sink);
            },
            (from, source) -> {
              char[] array = new char[source.readCount(1)];
              for (int i = 0; i < array.length; i++) {
                array[i] = (char) ScalarLayouts.narrow(source, 0, Character.MAX_VALUE);
              }
              return ended(array, array.length, source);
            }));
    layouts.put(
        int[].class,
        layout(
            "IntArray",
            Type.INT,
            (value, to, sink) -> {
              int[] array = (int[]) value;
              begin(array.length, sink);
              for (int element : array) {
                sink.writeLong(element);
              }
              end(array.length, sink);
            },
            (from, source) -> {
              int[] array = new int[source.readCount(1)];
              for (int i = 0; i < array.length; i++) {
                array[i] = source.readInt();
              }
              return ended(array, array.length, source);
            }));
    layouts.put(
        long[].class,
        layout(
            "LongArray",
            Type.LONG,
            (value, to, sink) -> writeLongs((long[]) value, sink),
            (from, source) -> readLongs(source)));
    layouts.put(
        float[].class,
        layout(
            "FloatArray",
            Type.FLOAT,
            (value, to, sink) -> {
              float[] array = (float[]) value;
              begin(array.length, sink);
              for (float element : array) {
                sink.writeFloat(element);
              }
              end(array.length, sink);
            },
            (from, source) -> {
              float[] array = new float[source.readCount(4)];
              for (int i = 0; i < array.length; i++) {
                array[i] = source.readFloat();
              }
              return ended(array, array.length, source);
            }));
    layouts.put(
        double[].class,
        layout(
            "DoubleArray",
            Type.DOUBLE,
            (value, to, sink) -> {
              double[] array = (double[]) value;
              begin(array.length, sink);
              for (double element : array) {
                sink.writeDouble(element);
              }
              end(array.length, sink);
            },
            (from, source) -> {
              double[] array = new double[source.readCount(8)];
              for (int i = 0; i < array.length; i++) {
                array[i] = source.readDouble();
              }
              return ended(array, array.length, source);
            }));
    return layouts;
  }

  private static Layout layout(String name, Type element, Layout.Encoder encoder, Decoder decoder) {
    return new Layout(
        name, scope -> SchemaScope.record(name, array("elements", element)), encoder, decoder);
  }

  /** An array is one block, and none when it is empty. */
  static void begin(int count, ValueSink sink) {
    sink.writeLong(count);
  }

  /** The block of no elements that ends an array; an empty array has no other. */
  static void end(int count, ValueSink sink) {
    if (count > 0) {
      sink.writeByte(0);
    }
  }

  static <T> T ended(T array, int count, ValueSource source) {
    if (count > 0) {
      requireEnd(source);
    }
    return array;
  }

  static void requireEnd(ValueSource source) {
    if (source.readByte() != 0) {
      throw source.violation("an array goes on after its end");
    }
  }

  static void writeLongs(long[] array, ValueSink sink) {
    begin(array.length, sink);
    for (long element : array) {
      sink.writeLong(element);
    }
    end(array.length, sink);
  }

  static long[] readLongs(ValueSource source) {
    long[] array = new long[source.readCount(1)];
    for (int i = 0; i < array.length; i++) {
      array[i] = source.readLong();
    }
    return ended(array, array.length, source);
  }
}
