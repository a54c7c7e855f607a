package org.millrace.runner.codec;

import java.io.Externalizable;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Finds what makes a function not serializable: a breadth-first walk over what it captured. Not
 * thread-safe.
 */
final class CapturedPath {
  private static final int MAX_OBJECTS = 10_000;

  private record Step(Object object, String path) {}

  private final ArrayDeque<Step> queue = new ArrayDeque<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private CapturedPath() {}

  /** For example {@code field com.acme.Job.log is a com.acme.Log}; empty when nothing was found. */
  static String toNotSerializable(Object[] functions) {
    return new CapturedPath().search(functions);
  }

  private String search(Object[] functions) {
    for (Object function : functions) {
      add(function, "the function " + nameOf(function));
    }
    while (!queue.isEmpty() && seen.size() < MAX_OBJECTS) {
      Step step = queue.poll();
      if (!(step.object instanceof Serializable)) {
        return step.path
            + " is a "
            + step.object.getClass().getName()
            + ", which is not Serializable";
      }
      follow(step);
    }
    return "";
  }

  private static String nameOf(Object function) {
    return function == null ? "null" : function.getClass().getName();
  }

  private void add(Object object, String path) {
    if (object != null && !(object instanceof String) && seen.add(object)) {
      queue.add(new Step(object, path));
    }
  }

  private void follow(Step step) {
    Object object = step.object;
    if (object instanceof Object[] elements) {
      for (int i = 0; i < elements.length; i++) {
        add(elements[i], step.path + "[" + i + "]");
      }
    } else if (object instanceof Externalizable || object.getClass().isArray()) {
      return;
    } else if (object.getClass().isSynthetic() || object.getClass().isHidden()) {
      followLambda(object);
    } else {
      followFields(step);
    }
  }

  private void followLambda(Object lambda) {
    try {
      Method writeReplace = lambda.getClass().getDeclaredMethod("writeReplace");
      writeReplace.setAccessible(true);
      if (writeReplace.invoke(lambda) instanceof SerializedLambda form) {
        String name =
            "the function "
                + form.getCapturingClass().replace('/', '.')
                + "::"
                + form.getImplMethodName();
        for (int i = 0; i < form.getCapturedArgCount(); i++) {
          Object captured = form.getCapturedArg(i);
          boolean isThis =
              captured != null
                  && captured
                      .getClass()
                      .getName()
                      .equals(form.getCapturingClass().replace('/', '.'));
          add(captured, name + (isThis ? ", its 'this'" : ", captured variable " + (i + 1)));
        }
      }
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      // A lambda of a closed module: its captured values cannot be seen, the caller reports the
      // cause it has.
      return;
    }
  }

  private void followFields(Step step) {
    for (Class<?> c = step.object.getClass(); c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (!Modifier.isStatic(modifiers)
            && !Modifier.isTransient(modifiers)
            && !field.getType().isPrimitive()) {
          followField(step, c, field);
        }
      }
    }
  }

  private void followField(Step step, Class<?> owner, Field field) {
    try {
      field.setAccessible(true);
      add(field.get(step.object), step.path + ", field " + owner.getName() + "." + field.getName());
    } catch (IllegalAccessException | InaccessibleObjectException e) {
      // A class of the platform; it serializes itself.
      return;
    }
  }
}
