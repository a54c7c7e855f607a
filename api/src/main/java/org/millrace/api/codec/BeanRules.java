package org.millrace.api.codec;

import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * When a class may be taken apart into its fields: only where nothing can be lost by it that the
 * class holds.
 */
final class BeanRules {
  private BeanRules() {}

  /** What keeps a concrete class from being stored as a record or bean. */
  static Optional<String> problemOf(Class<?> type) {
    if (type.isHidden() || type.isSynthetic()) {
      return Optional.of("is a lambda or was made while the program ran");
    }
    if (type.isAnonymousClass()) {
      return Optional.of("is an anonymous class, whose name changes with the program");
    }
    if (isOfPlatform(type)) {
      return Optional.of("is a class of the JDK that no built-in codec stores");
    }
    Module module = type.getModule();
    if (module.isNamed() && !module.isOpen(type.getPackageName(), BeanRules.class.getModule())) {
      return Optional.of("is in a package that " + module + " does not open to Millrace");
    }
    return type.isRecord() ? Optional.empty() : problemOfBean(type);
  }

  private static Optional<String> problemOfBean(Class<?> type) {
    if (type.getEnclosingClass() != null
        && !Modifier.isStatic(type.getModifiers())
        && holdsEnclosing(type)) {
      return Optional.of("is an inner class that holds its enclosing object; make it static");
    }
    for (Class<?> above = type; above != Object.class; above = above.getSuperclass()) {
      if (isOfPlatform(above)) {
        return Optional.of("extends " + above.getName() + ", whose content fields do not show");
      }
      if (writesItself(above)) {
        return Optional.of(
            "has a serialized form of its own"
                + (above == type ? "" : " (in " + above.getName() + ")")
                + ", so its fields may not be all that it holds");
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 0) {
        return problemOfFields(type);
      }
    }
    return Optional.of("is no record and has no constructor without arguments");
  }

  private static Optional<String> problemOfFields(Class<?> type) {
    Set<String> names = new HashSet<>();
    for (Field field : StateTypes.storedFields(type)) {
      if (!names.add(field.getName())) {
        return Optional.of("has two fields named " + field.getName() + ", one of a superclass");
      }
    }
    return Optional.empty();
  }

  private static boolean isOfPlatform(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }

  private static boolean holdsEnclosing(Class<?> type) {
    for (Field field : type.getDeclaredFields()) {
      if (field.isSynthetic() && field.getName().startsWith("this$")) {
        return true;
      }
    }
    return type.isMemberClass();
  }

  private static boolean writesItself(Class<?> type) {
    return Externalizable.class.isAssignableFrom(type)
        || declares(type, "writeObject", ObjectOutputStream.class)
        || declares(type, "readObject", ObjectInputStream.class)
        || declares(type, "writeReplace")
        || declares(type, "readResolve");
  }

  private static boolean declares(Class<?> type, String name, Class<?>... parameters) {
    for (Method method : type.getDeclaredMethods()) {
      if (method.getName().equals(name) && Arrays.equals(method.getParameterTypes(), parameters)) {
        return true;
      }
    }
    return false;
  }
}
