package org.millrace.api.graph;

import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.millrace.api.codec.BoundType;
import org.millrace.api.transparent.NumericAggregation;

/**
 * Finds out what a program's function takes and gives, as far as its class says.
 *
 * <p>A class that implements an interface keeps the type arguments. A lambda keeps the erased types
 * of its parameters and result; a method reference has in addition what its method declares.
 */
public final class FunctionTypes {
  private FunctionTypes() {}

  /**
   * The type arguments that a function has for an interface whose type parameters are those of its
   * one method's parameters, in order, and of its result: {@code Function2<T1, T2, R>}.
   *
   * @return one for each type parameter; Object for what is not known
   */
  public static List<Type> of(Object function, Class<?> functionInterface) {
    int count = functionInterface.getTypeParameters().length;
    if (function instanceof NumericAggregation<?> aggregation) {
      return Collections.nCopies(count, aggregation.valueClass());
    }
    Optional<SerializedLambda> lambda = CaptureWalk.lambdaForm(function);
    List<Type> types =
        lambda.isPresent()
            ? ofLambda(lambda.get(), function.getClass().getClassLoader())
            : ofClass(function.getClass(), functionInterface, Map.of()).orElse(List.of());
    return types.size() == count ? types : Collections.nCopies(count, Object.class);
  }

  /** The type arguments with which a class or interface extends another one. */
  private static Optional<List<Type>> ofClass(
      Type type, Class<?> wanted, Map<TypeVariable<?>, Type> outer) {
    Class<?> raw = BoundType.rawOf(type);
    Map<TypeVariable<?>, Type> bindings = BoundType.bindingsOf(type, outer);
    if (raw == wanted) {
      return Optional.of(
          Arrays.stream(raw.getTypeParameters())
              .map(variable -> BoundType.resolve(variable, bindings))
              .toList());
    }
    List<Type> above = new ArrayList<>(List.of(raw.getGenericInterfaces()));
    if (raw.getGenericSuperclass() != null) {
      above.add(raw.getGenericSuperclass());
    }
    return above.stream().flatMap(one -> ofClass(one, wanted, bindings).stream()).findFirst();
  }

  private static List<Type> ofLambda(SerializedLambda lambda, ClassLoader loader) {
    List<Type> erased;
    List<Type> declared;
    try {
      MethodType called =
          MethodType.fromMethodDescriptorString(lambda.getInstantiatedMethodType(), loader);
      erased = new ArrayList<>(called.parameterList());
      erased.add(called.returnType());
      declared = declaredTypes(lambda, loader);
    } catch (TypeNotPresentException | ReflectiveOperationException | LinkageError e) {
      return List.of(); // a class that cannot be loaded here says nothing
    }
    // Captured arguments come first.
    int skipped = declared.size() - erased.size();
    List<Type> types = new ArrayList<>();
    for (int i = 0; i < erased.size(); i++) {
      Type more = skipped >= 0 ? declared.get(skipped + i) : Object.class;
      boolean agrees = more instanceof ParameterizedType && BoundType.rawOf(more) == erased.get(i);
      types.add(agrees ? more : erased.get(i));
    }
    return types;
  }

  /** Receiver if there is one, parameters and result of the method behind a lambda. */
  private static List<Type> declaredTypes(SerializedLambda lambda, ClassLoader loader)
      throws ReflectiveOperationException {
    Class<?> owner = Class.forName(lambda.getImplClass().replace('/', '.'), false, loader);
    MethodType signature =
        MethodType.fromMethodDescriptorString(lambda.getImplMethodSignature(), loader);
    List<Type> types = new ArrayList<>();
    int kind = lambda.getImplMethodKind();
    if (kind == MethodHandleInfo.REF_newInvokeSpecial) {
      Constructor<?> constructor = owner.getDeclaredConstructor(signature.parameterArray());
      types.addAll(parametersOf(constructor));
      types.add(owner);
      return types;
    }
    if (kind != MethodHandleInfo.REF_invokeStatic) {
      types.add(owner);
    }
    Method method = methodOf(owner, lambda.getImplMethodName(), signature);
    types.addAll(parametersOf(method));
    types.add(method.getGenericReturnType());
    return types;
  }

  private static Method methodOf(Class<?> owner, String name, MethodType signature)
      throws NoSuchMethodException {
    for (Class<?> type = owner; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(name)
            && method.getReturnType() == signature.returnType()
            && Arrays.equals(method.getParameterTypes(), signature.parameterArray())) {
          return method;
        }
      }
    }
    return owner.getMethod(name, signature.parameterArray());
  }

  private static List<Type> parametersOf(Executable method) {
    // A constructor may have parameters that are not declared.
    return method.getGenericParameterTypes().length == method.getParameterCount()
        ? List.of(method.getGenericParameterTypes())
        : List.of(method.getParameterTypes());
  }
}
