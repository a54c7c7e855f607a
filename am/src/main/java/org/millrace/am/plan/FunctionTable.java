package org.millrace.am.plan;

import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.transparent.Transparent;

/** Collects the functions of one pipeline, each once, and names their shape. */
final class FunctionTable {
  private final List<Serializable> functions = new ArrayList<>();
  private final Map<Object, Integer> indexes = new IdentityHashMap<>();

  /** The index of a function; -1 for null. */
  int index(Object function) {
    if (function == null) {
      return -1;
    }
    return indexes.computeIfAbsent(
        function,
        added -> {
          functions.add((Serializable) added);
          return functions.size() - 1;
        });
  }

  List<Serializable> functions() {
    return functions;
  }

  /** Class and method of the code: for a lambda the method that javac made of its body. */
  static String shape(Object function) {
    if (function == null) {
      return "";
    }
    if (function instanceof Transparent transparent) {
      return transparent.shape();
    }
    Class<?> type = function.getClass();
    if (!type.isSynthetic() && !type.isHidden()) {
      return type.getName();
    }
    try {
      Method replace = type.getDeclaredMethod("writeReplace");
      replace.setAccessible(true);
      if (replace.invoke(function) instanceof SerializedLambda lambda) {
        return lambda.getImplClass().replace('/', '.')
            + "::"
            + lambda.getImplMethodName()
            + lambda.getImplMethodSignature();
      }
    } catch (NoSuchMethodException | IllegalAccessException notALambda) {
      return type.getName();
    } catch (InvocationTargetException broken) {
      throw new IllegalStateException("no shape of " + type.getName(), broken);
    }
    return type.getName();
  }
}
