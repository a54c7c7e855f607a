package org.millrace.runner.codec;

import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/**
 * Which classes say themselves how they are serialized, so that copying their fields would be
 * wrong.
 */
final class SerializedForm {
  private static final ClassValue<Boolean> OWN =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return Serializable.class.isAssignableFrom(type) && definesForm(type);
        }
      };

  private SerializedForm() {}

  /** True when Java serialization must be used. */
  static boolean isOwn(Class<?> type) {
    return OWN.get(type);
  }

  /**
   * True when a module keeps fields of {@code type} from being copied; Kryo would leave them out
   * without a word.
   */
  static boolean hasClosedFields(Class<?> type) {
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      if (c.getModule().isNamed()
          && !c.getModule().isOpen(c.getPackageName(), SerializedForm.class.getModule())) {
        return true;
      }
    }
    return false;
  }

  private static boolean definesForm(Class<?> type) {
    if (type.isArray() || type.isEnum()) {
      return false;
    }
    boolean platform = type.getName().startsWith("java.");
    boolean container = Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    if (Externalizable.class.isAssignableFrom(type) || type.isHidden() || type.isSynthetic()) {
      return true;
    }
    if (platform || container) {
      // Kryo knows the public collections of the platform; it would lose the fields of others.
      return container && !(platform && Modifier.isPublic(type.getModifiers()));
    }
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      if (declares(c, "writeObject", ObjectOutputStream.class)
          || declares(c, "readObject", ObjectInputStream.class)
          || declares(c, "writeReplace")
          || declares(c, "readResolve")) {
        return true;
      }
    }
    return false;
  }

  private static boolean declares(Class<?> type, String method, Class<?>... parameters) {
    for (Method declared : type.getDeclaredMethods()) {
      if (declared.getName().equals(method)
          && Arrays.equals(declared.getParameterTypes(), parameters)) {
        return true;
      }
    }
    return false;
  }
}
