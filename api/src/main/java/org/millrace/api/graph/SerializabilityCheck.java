package org.millrace.api.graph;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Finds out whether a function can be sent to executors and, if not, what it captured. */
public final class SerializabilityCheck {
  private SerializabilityCheck() {}

  /**
   * Serializes a function on trial.
   *
   * @param function the function or receiver
   * @param what how to name it: {@code "the function of map at WordCount.java:31"}
   * @throws MillraceException FUNCTION_NOT_SERIALIZABLE with the path of fields to the culprit
   */
  public static void require(Object function, String what) {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(function);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw refusal(function, what, e);
    }
  }

  /** The failure for a function that could not be serialized because of {@code cause}. */
  public static MillraceException refusal(Object function, String what, Throwable cause) {
    Optional<CapturePath> path = CaptureWalk.firstNotSerializable(function);
    String why =
        path.map(CapturePath::describe)
            .orElseGet(() -> cause.getClass().getName() + ": " + cause.getMessage());
    String advice =
        path.map(found -> advice(found.culprit()))
            .orElse("give its class fields that can be serialized");
    return new MillraceException(
        ErrorCode.FUNCTION_NOT_SERIALIZABLE,
        what + " cannot be sent to executors: " + why + "; " + advice,
        cause);
  }

  private static String advice(Object culprit) {
    String name = culprit.getClass().getName();
    if (name.startsWith("org.millrace.api.")) {
      return "contexts, streams and datasets live in the driver: use them outside of the function,"
          + " and copy what the function needs to local variables before";
    }
    return "make the field transient, copy what is needed to a local variable before, or create the"
        + " object on the executor, inside mapPartitions or foreachPartition";
  }
}
