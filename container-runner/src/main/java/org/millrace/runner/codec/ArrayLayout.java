package org.millrace.runner.codec;

/** Arrays of primitives: a count, then each element in its full size, high byte first. */
final class ArrayLayout {
  private ArrayLayout() {}

  static void write(Object array, ByteSink sink) {
    if (array instanceof byte[] bytes) {
      sink.write(RecordTag.BYTES);
      sink.writeVarint(bytes.length);
      sink.write(bytes, 0, bytes.length);
    } else if (array instanceof int[] integers) {
      sink.write(RecordTag.INTEGERS);
      sink.writeVarint(integers.length);
      for (int value : integers) {
        sink.writeInt(value);
      }
    } else if (array instanceof long[] longs) {
      sink.write(RecordTag.LONGS);
      sink.writeVarint(longs.length);
      for (long value : longs) {
        sink.writeLong(value);
      }
    } else if (array instanceof double[] doubles) {
      sink.write(RecordTag.DOUBLES);
      sink.writeVarint(doubles.length);
      for (double value : doubles) {
        sink.writeLong(Double.doubleToRawLongBits(value));
      }
    } else {
      writeRare(array, sink);
    }
  }

  private static void writeRare(Object array, ByteSink sink) {
    if (array instanceof boolean[] booleans) {
      sink.write(RecordTag.BOOLEANS);
      sink.writeVarint(booleans.length);
      for (boolean value : booleans) {
        sink.write(value ? 1 : 0);
      }
    } else if (array instanceof float[] floats) {
      sink.write(RecordTag.FLOATS);
      sink.writeVarint(floats.length);
      for (float value : floats) {
        sink.writeInt(Float.floatToRawIntBits(value));
      }
    } else if (array instanceof short[] shorts) {
      sink.write(RecordTag.SHORTS);
      sink.writeVarint(shorts.length);
      for (short value : shorts) {
        sink.writeShort(value);
      }
    } else {
      char[] characters = (char[]) array;
      sink.write(RecordTag.CHARACTERS);
      sink.writeVarint(characters.length);
      for (char value : characters) {
        sink.writeShort(value);
      }
    }
  }

  /** The array behind {@code tag}, or null when the tag is none of an array of primitives. */
  static Object read(int tag, ByteSource source) {
    return switch (tag) {
      case RecordTag.BYTES -> source.readBytes(source.readCount(1));
      case RecordTag.BOOLEANS -> readBooleans(source);
      case RecordTag.SHORTS -> readShorts(source);
      case RecordTag.CHARACTERS -> readCharacters(source);
      case RecordTag.INTEGERS -> readIntegers(source);
      case RecordTag.LONGS -> readLongs(source);
      case RecordTag.FLOATS -> readFloats(source);
      case RecordTag.DOUBLES -> readDoubles(source);
      default -> null;
    };
  }

  private static boolean[] readBooleans(ByteSource source) {
    boolean[] values = new boolean[source.readCount(1)];
    for (int i = 0; i < values.length; i++) {
      values[i] = source.readByte() != 0;
    }
    return values;
  }

  private static short[] readShorts(ByteSource source) {
    short[] values = new short[source.readCount(Short.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (short) source.readShort();
    }
    return values;
  }

  private static char[] readCharacters(ByteSource source) {
    char[] values = new char[source.readCount(Character.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (char) source.readShort();
    }
    return values;
  }

  private static int[] readIntegers(ByteSource source) {
    int[] values = new int[source.readCount(Integer.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = source.readInt();
    }
    return values;
  }

  private static long[] readLongs(ByteSource source) {
    long[] values = new long[source.readCount(Long.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = source.readLong();
    }
    return values;
  }

  private static float[] readFloats(ByteSource source) {
    float[] values = new float[source.readCount(Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(source.readInt());
    }
    return values;
  }

  private static double[] readDoubles(ByteSource source) {
    double[] values = new double[source.readCount(Double.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Double.longBitsToDouble(source.readLong());
    }
    return values;
  }
}
