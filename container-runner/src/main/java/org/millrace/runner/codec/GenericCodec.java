package org.millrace.runner.codec;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Classes for which the record encoding has no layout: by Kryo, or by Java serialization for those
 * that define their own form of it or that Kryo cannot do. Thread-safe.
 */
final class GenericCodec {
  private static final int OUTPUT_BYTES = 512;

  private final ClassLoader userClasses;
  private final ConcurrentLinkedQueue<UserKryo> idle = new ConcurrentLinkedQueue<>();

  GenericCodec(ClassLoader userClasses) {
    this.userClasses = userClasses;
  }

  /** The first {@code length} bytes are the object. */
  record Encoded(boolean javaSerialized, byte[] bytes, int length) {}

  Encoded encode(Object value) {
    if (SerializedForm.isOwn(value.getClass())) {
      return javaEncode(value);
    }
    UserKryo kryo = borrow();
    try {
      Output output = new Output(OUTPUT_BYTES, -1);
      kryo.writeObject(output, value);
      return new Encoded(false, output.getBuffer(), output.position());
    } catch (RuntimeException | StackOverflowError e) {
      if (!(value instanceof Serializable)) {
        throw notSerializable(value, e);
      }
      return javaEncode(value);
    } finally {
      giveBack(kryo);
    }
  }

  Object decode(Class<?> type, byte[] bytes, int offset, int length) {
    UserKryo kryo = borrow();
    try {
      Input input = new Input(bytes, offset, length);
      Object value = kryo.readObject(input, type);
      if (input.position() != offset + length) {
        throw damaged(type.getName(), null);
      }
      return value;
    } catch (MillraceException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      throw damaged(type.getName(), e);
    } finally {
      giveBack(kryo);
    }
  }

  private Encoded javaEncode(Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(OUTPUT_BYTES);
    try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
      output.writeObject(value);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw notSerializable(value, e);
    }
    byte[] content = bytes.toByteArray();
    return new Encoded(true, content, content.length);
  }

  Object javaDecode(byte[] bytes, int offset, int length) {
    try (FilteredObjectInput input =
        new FilteredObjectInput(
            new ByteArrayInputStream(bytes, offset, length), userClasses, length)) {
      return input.readObject();
    } catch (IOException
        | ClassNotFoundException
        | RuntimeException
        | StackOverflowError
        | LinkageError e) {
      throw damaged("a Serializable class", e);
    }
  }

  private static MillraceException notSerializable(Object value, Throwable cause) {
    return new MillraceException(
        ErrorCode.ILLEGAL_USE,
        "a record of class "
            + value.getClass().getName()
            + " cannot be sent to another process: "
            + cause
            + "; make the class a record, or let it and what it holds implement Serializable",
        cause);
  }

  private static MillraceException damaged(String type, Throwable cause) {
    return new MillraceException(
        ErrorCode.PROTOCOL_VIOLATION, "an encoded record of " + type + " cannot be read", cause);
  }

  private UserKryo borrow() {
    UserKryo kryo = idle.poll();
    return kryo != null ? kryo : new UserKryo(userClasses);
  }

  private void giveBack(UserKryo kryo) {
    kryo.reset();
    idle.add(kryo);
  }
}
