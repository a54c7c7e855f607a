package org.millrace.runner.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The functions of a template to bytes and back: one Java-serialized array, because a lambda has no
 * other form. Read only what an authenticated driver sent. Immutable.
 */
public final class FunctionCodec {
  /** A message's envelope holds no more. */
  static final int MAX_BYTES = 16 << 20;

  private final ClassLoader userClasses;

  /** Functions whose classes {@code userClasses} finds. */
  public FunctionCodec(ClassLoader userClasses) {
    this.userClasses = userClasses;
  }

  /**
   * @throws MillraceException FUNCTION_NOT_SERIALIZABLE, naming the field that captured what cannot
   *     be serialized
   */
  public static byte[] encode(Object[] functions) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
    try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
      output.writeObject(functions);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw notSerializable(functions, e);
    }
    if (bytes.size() > MAX_BYTES) {
      throw new MillraceException(
          ErrorCode.FUNCTION_NOT_SERIALIZABLE,
          "functions captured "
              + bytes.size()
              + " bytes of data, at most "
              + MAX_BYTES
              + " can be sent; read the data from a file on the executors instead");
    }
    return bytes.toByteArray();
  }

  /** The id of an encoded function set: SHA-256 of its bytes. */
  public static byte[] functionSetId(ByteBuffer encoded) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(encoded.duplicate());
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new MillraceException(ErrorCode.INTERNAL, "this JVM lacks SHA-256", e);
    }
  }

  /**
   * @throws MillraceException FUNCTION_NOT_SERIALIZABLE when the bytes cannot be read by the
   *     classes here
   */
  public Object[] decode(byte[] encoded) {
    return (Object[]) decodeObject(encoded);
  }

  /**
   * One Java-serialized object, such as a receiver, within the same limits.
   *
   * @throws MillraceException FUNCTION_NOT_SERIALIZABLE when the bytes cannot be read by the
   *     classes here
   */
  public Object decodeObject(byte[] encoded) {
    if (encoded.length > MAX_BYTES) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "functions of " + encoded.length + " bytes, at most " + MAX_BYTES);
    }
    try (FilteredObjectInput input =
        new FilteredObjectInput(new ByteArrayInputStream(encoded), userClasses, encoded.length)) {
      return input.readObject();
    } catch (IOException
        | ClassNotFoundException
        | RuntimeException
        | LinkageError
        | StackOverflowError e) {
      throw new MillraceException(
          ErrorCode.FUNCTION_NOT_SERIALIZABLE,
          "what the driver sent cannot be read: "
              + e
              + "; ship the jar with its classes with the program (--jars), the same for driver and executors",
          e);
    }
  }

  private static MillraceException notSerializable(Object[] functions, Throwable cause) {
    String path = CapturedPath.toNotSerializable(functions);
    return new MillraceException(
        ErrorCode.FUNCTION_NOT_SERIALIZABLE,
        "a function cannot be sent to executors: "
            + (path.isEmpty() ? cause.toString() : path)
            + "; capture only serializable values, or make it inside the function",
        cause);
  }
}
