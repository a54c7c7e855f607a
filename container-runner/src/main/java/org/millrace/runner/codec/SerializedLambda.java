package org.millrace.runner.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.lang.invoke.CallSite;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;

/**
 * Stands for {@link java.lang.invoke.SerializedLambda} while functions are read: same simple name,
 * serial version and fields, so the stream of the one is read as the other.
 *
 * <p>The class that made a lambda reads it back in a method that the compiler wrote. That method
 * mistakes two references to one generic method with different types for each other (JDK-8208752),
 * and does not find a reference to a method of Object through an interface. So what it gives is
 * compared with what was written, and the lambda is made from its description when they differ.
 */
final class SerializedLambda implements Serializable {
  /** That of the class of the JDK. */
  private static final long serialVersionUID = 8025925345765570181L;

  static final String REPLACED = "java.lang.invoke.SerializedLambda";

  private Class<?> capturingClass;
  private String functionalInterfaceClass;
  private String functionalInterfaceMethodName;
  private String functionalInterfaceMethodSignature;
  private String implClass;
  private String implMethodName;
  private String implMethodSignature;
  private int implMethodKind;
  private String instantiatedMethodType;

  @SuppressWarnings("serial") // they came from a stream
  private Object[] capturedArgs;

  private SerializedLambda() {}

  private Object readResolve() throws ObjectStreamException {
    try {
      Object lambda = byCapturingClassOrNull();
      return lambda != null ? lambda : byDescription();
    } catch (Throwable e) {
      if (e instanceof VirtualMachineError error) {
        throw error;
      }
      InvalidObjectException failure =
          new InvalidObjectException(
              "the lambda " + implMethodName + " of " + capturingClass.getName() + ": " + e);
      failure.initCause(e);
      throw failure;
    }
  }

  /** Null when the method of the capturing class does not give what was written. */
  private Object byCapturingClassOrNull() throws ReflectiveOperationException {
    var description =
        new java.lang.invoke.SerializedLambda(
            capturingClass,
            functionalInterfaceClass,
            functionalInterfaceMethodName,
            functionalInterfaceMethodSignature,
            implMethodKind,
            implClass,
            implMethodName,
            implMethodSignature,
            instantiatedMethodType,
            capturedArgs);
    Method reader =
        capturingClass.getDeclaredMethod(
            "$deserializeLambda$", java.lang.invoke.SerializedLambda.class);
    if (!reader.trySetAccessible()) {
      return byJdk(description);
    }
    Object lambda;
    try {
      lambda = reader.invoke(null, description);
    } catch (InvocationTargetException e) {
      return null;
    }
    return instantiatedMethodType.equals(describe(lambda).getInstantiatedMethodType())
        ? lambda
        : null;
  }

  /** Only the JDK may read a lambda of its own classes, such as a comparator. */
  private static Object byJdk(java.lang.invoke.SerializedLambda description)
      throws ReflectiveOperationException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
      output.writeObject(description);
    } catch (IOException e) {
      throw new ReflectiveOperationException(e);
    }
    ClassLoader loader = SerializedLambda.class.getClassLoader();
    try (FilteredObjectInput input =
        new FilteredObjectInput(
            new ByteArrayInputStream(bytes.toByteArray()), loader, bytes.size())) {
      return input.readObject();
    } catch (IOException e) {
      throw new ReflectiveOperationException(e);
    }
  }

  static java.lang.invoke.SerializedLambda describe(Object lambda)
      throws ReflectiveOperationException {
    Method writer = lambda.getClass().getDeclaredMethod("writeReplace");
    writer.setAccessible(true);
    return (java.lang.invoke.SerializedLambda) writer.invoke(lambda);
  }

  private Object byDescription() throws Throwable {
    ClassLoader loader = capturingClass.getClassLoader();
    MethodHandles.Lookup lookup =
        MethodHandles.privateLookupIn(capturingClass, MethodHandles.lookup());
    MethodHandle implementation = implementation(lookup, loader);
    List<Class<?>> captured = implementation.type().parameterList().subList(0, capturedArgs.length);
    Class<?> functionalInterface = named(functionalInterfaceClass, loader);
    CallSite site =
        LambdaMetafactory.altMetafactory(
            lookup,
            functionalInterfaceMethodName,
            MethodType.methodType(functionalInterface, captured),
            MethodType.fromMethodDescriptorString(functionalInterfaceMethodSignature, loader),
            implementation,
            MethodType.fromMethodDescriptorString(instantiatedMethodType, loader),
            LambdaMetafactory.FLAG_SERIALIZABLE);
    return site.getTarget().invokeWithArguments(capturedArgs);
  }

  private MethodHandle implementation(MethodHandles.Lookup lookup, ClassLoader loader)
      throws ReflectiveOperationException {
    Class<?> owner = named(implClass, loader);
    MethodType type = MethodType.fromMethodDescriptorString(implMethodSignature, loader);
    return switch (implMethodKind) {
      case MethodHandleInfo.REF_invokeStatic -> lookup.findStatic(owner, implMethodName, type);
      case MethodHandleInfo.REF_newInvokeSpecial -> lookup.findConstructor(owner, type);
      case MethodHandleInfo.REF_invokeSpecial ->
          lookup.findSpecial(owner, implMethodName, type, capturingClass);
      case MethodHandleInfo.REF_invokeVirtual, MethodHandleInfo.REF_invokeInterface ->
          lookup.findVirtual(owner, implMethodName, type);
      default -> throw new ReflectiveOperationException("made of a " + implMethodKind);
    };
  }

  private static Class<?> named(String internalName, ClassLoader loader)
      throws ClassNotFoundException {
    return Class.forName(internalName.replace('/', '.'), false, loader);
  }
}
