package org.millrace.api.graph;

import java.io.Externalizable;
import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks what a function holds, breadth first, as Java serialization would: the captured arguments
 * of lambdas, the non-transient fields of serializable classes, elements of arrays and collections.
 *
 * <p>Classes that write themselves in their own way are looked into like all others, so the walk is
 * asked only after a trial failed.
 */
final class CaptureWalk {
  /** An object that was reached and the steps to it. */
  private record Reached(Object object, List<String> steps) {}

  private final Deque<Reached> open = new ArrayDeque<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private CaptureWalk() {}

  /** The shortest way to an object whose class is not serializable; empty when none is found. */
  static Optional<CapturePath> firstNotSerializable(Object root) {
    CaptureWalk walk = new CaptureWalk();
    walk.reach(root, List.of());
    while (!walk.open.isEmpty()) {
      Reached reached = walk.open.remove();
      if (!(reached.object instanceof Serializable)) {
        return Optional.of(new CapturePath(nameOf(root.getClass()), reached.steps, reached.object));
      }
      walk.expand(reached);
    }
    return Optional.empty();
  }

  private void reach(Object object, List<String> steps) {
    if (object != null && !isPlain(object) && seen.add(object)) {
      open.add(new Reached(object, steps));
    }
  }

  private static boolean isPlain(Object object) {
    return object instanceof String
        || (object instanceof Number && object.getClass().getName().startsWith("java.lang."))
        || object instanceof Boolean
        || object instanceof Character
        || object instanceof Enum<?>
        || object instanceof Class<?>;
  }

  private void expand(Reached from) {
    Object object = from.object;
    Optional<SerializedLambda> lambda = lambdaForm(object);
    if (lambda.isPresent()) {
      expandLambda(from, lambda.get());
    } else if (object instanceof Object[] array) {
      for (int i = 0; i < Array.getLength(array); i++) {
        step(from, "element " + i, array[i]);
      }
    } else if (object instanceof Collection<?> collection) {
      int i = 0;
      for (Object element : collection) {
        step(from, "element " + i++, element);
      }
    } else if (object instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        step(from, "key " + entry.getKey(), entry.getKey());
        step(from, "value of key " + entry.getKey(), entry.getValue());
      }
    } else if (!(object instanceof Externalizable)) {
      expandFields(from);
    }
  }

  private void expandLambda(Reached from, SerializedLambda lambda) {
    boolean bindsReceiver =
        lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic
            && lambda.getImplMethodKind() != MethodHandleInfo.REF_newInvokeSpecial;
    for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
      boolean isThis = i == 0 && bindsReceiver;
      String step =
          isThis ? "captured 'this'" : "captured variable " + (i + (bindsReceiver ? 0 : 1));
      step(from, step, lambda.getCapturedArg(i));
    }
  }

  private void expandFields(Reached from) {
    for (Class<?> type = from.object.getClass();
        type != null && Serializable.class.isAssignableFrom(type);
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())
            && !Modifier.isTransient(field.getModifiers())
            && !field.getType().isPrimitive()) {
          read(field, from.object).ifPresent(value -> step(from, stepName(field), value));
        }
      }
    }
  }

  private static Optional<Object> read(Field field, Object owner) {
    try {
      field.setAccessible(true);
      return Optional.ofNullable(field.get(owner));
    } catch (InaccessibleObjectException | IllegalAccessException e) {
      return Optional.empty(); // a field of a closed module: the trial's own message has to do
    }
  }

  private static String stepName(Field field) {
    String name = field.getName();
    if (name.startsWith("val$")) {
      return "captured variable '" + name.substring("val$".length()) + "'";
    }
    if (name.startsWith("this$")) {
      return "enclosing object";
    }
    return "field '" + name + "'";
  }

  private void step(Reached from, String step, Object to) {
    if (to != null) {
      List<String> steps = new ArrayList<>(from.steps);
      steps.add(step + " (" + nameOf(to.getClass()) + ")");
      reach(to, steps);
    }
  }

  /** How a lambda or method reference would be written; empty for other objects. */
  static Optional<SerializedLambda> lambdaForm(Object object) {
    if (!object.getClass().isSynthetic()) {
      return Optional.empty();
    }
    try {
      Method writeReplace = object.getClass().getDeclaredMethod("writeReplace");
      writeReplace.setAccessible(true);
      return writeReplace.invoke(object) instanceof SerializedLambda lambda
          ? Optional.of(lambda)
          : Optional.empty();
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      return Optional.empty(); // not a lambda: its fields are looked at
    }
  }

  private static String nameOf(Class<?> type) {
    String name = type.getTypeName();
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : "lambda in " + name.substring(0, lambda);
  }
}
