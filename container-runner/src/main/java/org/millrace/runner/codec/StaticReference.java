package org.millrace.runner.codec;

import java.lang.invoke.MethodHandleInfo;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Optional;

/**
 * A serializable reference to a static method that captures nothing, such as {@code Long::sum}.
 * Immutable.
 *
 * @param owner the class of the method, with slashes
 * @param name of the method
 * @param descriptor of the method
 * @param types the method of the functional interface with the classes that the program gave it, as
 *     a descriptor
 */
public record StaticReference(String owner, String name, String descriptor, String types) {
  /**
   * What a function, which may be null, refers to; empty for any other function. A lambda without
   * captures is such a reference too, to the method that the compiler made of its body.
   */
  public static Optional<StaticReference> of(Object function) {
    if (function == null || !function.getClass().isSynthetic()) {
      return Optional.empty();
    }
    try {
      java.lang.invoke.SerializedLambda written = SerializedLambda.describe(function);
      return written.getImplMethodKind() == MethodHandleInfo.REF_invokeStatic
              && written.getCapturedArgCount() == 0
          ? Optional.of(
              new StaticReference(
                  written.getImplClass(),
                  written.getImplMethodName(),
                  written.getImplMethodSignature(),
                  written.getInstantiatedMethodType()))
          : Optional.empty();
    } catch (ReflectiveOperationException | InaccessibleObjectException | ClassCastException e) {
      return Optional.empty(); // not written as a lambda: nothing is known of it
    }
  }
}
