package org.millrace.runner.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.millrace.api.accumulator.AccumulatorV2;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.BroadcastValues;

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
   * Functions as bytes.
   *
   * @param broadcasts numbers of the broadcasts that they captured
   * @param accumulates whether they captured accumulators
   */
  public record Encoded(byte[] content, List<Long> broadcasts, boolean accumulates) {}

  /**
   * Functions of one pipeline.
   *
   * @param accumulators those that the functions captured, each once
   */
  public record Decoded(Object[] functions, List<AccumulatorV2<?, ?>> accumulators) {}

  /**
   * @throws MillraceException FUNCTION_NOT_SERIALIZABLE, naming the field that captured what cannot
   *     be serialized; ILLEGAL_USE for an accumulator that is not registered
   */
  public static Encoded encode(Object[] functions) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
    List<Long> broadcasts;
    boolean accumulates;
    try (SharedVariables.Output output = new SharedVariables.Output(bytes)) {
      output.writeObject(functions);
      broadcasts = output.broadcasts();
      accumulates = output.accumulates();
    } catch (MillraceException unregistered) {
      throw unregistered;
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
    return new Encoded(bytes.toByteArray(), broadcasts, accumulates);
  }

  /**
   * One object by plain Java serialization.
   *
   * @throws MillraceException FUNCTION_NOT_SERIALIZABLE when it cannot be
   */
  public static byte[] encodeObject(Object object) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
    try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
      output.writeObject(object);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw notSerializable(new Object[] {object}, e);
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
   * @param values where the broadcasts that the functions captured find their values
   * @throws MillraceException FUNCTION_NOT_SERIALIZABLE when the bytes cannot be read by the
   *     classes here
   */
  public Decoded decode(byte[] encoded, BroadcastValues values) {
    SharedVariables.Bound bound = new SharedVariables.Bound(values);
    Object[] functions = (Object[]) decode(encoded, bound);
    return new Decoded(functions, bound.accumulators());
  }

  /**
   * One Java-serialized object, such as a receiver, within the same limits.
   *
   * @throws MillraceException FUNCTION_NOT_SERIALIZABLE when the bytes cannot be read by the
   *     classes here
   */
  public Object decodeObject(byte[] encoded) {
    return decode(encoded, UnaryOperator.identity());
  }

  private Object decode(byte[] encoded, UnaryOperator<Object> resolved) {
    if (encoded.length > MAX_BYTES) {
      throw new MillraceException(
          ErrorCode.PROTOCOL_VIOLATION,
          "functions of " + encoded.length + " bytes, at most " + MAX_BYTES);
    }
    try (FilteredObjectInput input =
        new FilteredObjectInput(
            new ByteArrayInputStream(encoded), userClasses, encoded.length, resolved)) {
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
