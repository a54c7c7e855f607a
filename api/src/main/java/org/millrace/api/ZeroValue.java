package org.millrace.api;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.util.Objects;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The value that an aggregation begins with, and the copies of it that functions may change. A copy
 * is made by serialization. Not thread-safe.
 */
final class ZeroValue<U> implements Serializable {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // whether it can be sent is found out when it is sent
  private final U value;

  private transient byte[] serialized;

  ZeroValue(U value) {
    this.value = value;
  }

  /**
   * A value of its own for one key or partition.
   *
   * @param user an object of the program, whose classes the copy may need
   */
  U copy(Object user) {
    if (isImmutable(value)) {
      return value;
    }
    try {
      if (serialized == null) {
        serialized = serialize(value);
      }
      return deserialize(user.getClass().getClassLoader());
    } catch (IOException | ClassNotFoundException e) {
      throw new MillraceException(
          ErrorCode.FUNCTION_NOT_SERIALIZABLE,
          "the zero value of class "
              + value.getClass().getName()
              + " cannot be copied: "
              + e
              + "; let it and what it holds implement Serializable",
          e);
    }
  }

  private static boolean isImmutable(Object value) {
    return value == null
        || value instanceof String
        || value instanceof Boolean
        || value instanceof Character
        || value instanceof Enum<?>
        || (value instanceof Number && value.getClass().getName().startsWith("java.lang."));
  }

  /** Equal only when the values cannot be changed, so that either can stand for the other. */
  @Override
  public boolean equals(Object other) {
    return other == this
        || (other instanceof ZeroValue<?> that
            && isImmutable(value)
            && Objects.equals(value, that.value));
  }

  @Override
  public int hashCode() {
    return isImmutable(value) ? Objects.hashCode(value) : System.identityHashCode(value);
  }

  private static byte[] serialize(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
      output.writeObject(value);
    }
    return bytes.toByteArray();
  }

  @SuppressWarnings("unchecked") // a copy is of the class of its original
  private U deserialize(ClassLoader classes) throws IOException, ClassNotFoundException {
    try (ObjectInputStream input = new Input(serialized, classes)) {
      return (U) input.readObject();
    }
  }

  /** Finds the program's classes. */
  private static final class Input extends ObjectInputStream {
    private final ClassLoader classes;

    Input(byte[] bytes, ClassLoader classes) throws IOException {
      super(new ByteArrayInputStream(bytes));
      this.classes = classes;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass type)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(type.getName(), false, classes);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(type);
      }
    }
  }
}
