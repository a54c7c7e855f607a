package org.millrace.runner.task;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.conf.Technique;

/**
 * Defines a class of this package again under no name, so that each place in a pipeline has
 * bytecode, and with it type profiles, of its own: the compiler then sees one callee at each call.
 * A hidden class is unloaded when nothing refers to it. Thread-safe.
 */
final class HiddenClasses {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private final ConcurrentHashMap<Class<?>, byte[]> bytecode = new ConcurrentHashMap<>();

  /** Makes instances of one hidden class. */
  static final class Maker<T> {
    private final Class<T> type;
    private final MethodHandle constructor;

    private Maker(Class<T> type, MethodHandle constructor) {
      this.type = type;
      this.constructor = constructor;
    }

    T make() {
      try {
        return type.cast((Object) constructor.invokeExact());
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new MillraceException(ErrorCode.INTERNAL, "cannot make a " + type.getName(), e);
      }
    }
  }

  /**
   * @param base what the instances are seen as: a superclass or interface of {@code original}
   * @param original a final class of this package with a constructor without parameters
   */
  <T> Maker<T> define(Class<T> base, Class<? extends T> original) {
    byte[] code = bytecode.computeIfAbsent(original, HiddenClasses::read);
    try {
      MethodHandles.Lookup hidden =
          Technique.HIDDEN_CLASSES.isUsed()
              ? LOOKUP.defineHiddenClass(code, true)
              : LOOKUP.in(original);
      MethodHandle constructor =
          hidden
              .findConstructor(hidden.lookupClass(), MethodType.methodType(void.class))
              .asType(MethodType.methodType(Object.class));
      return new Maker<>(base, constructor);
    } catch (ReflectiveOperationException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "cannot define a hidden " + original.getName(), e);
    }
  }

  private static byte[] read(Class<?> type) {
    String file = type.getSimpleName() + ".class";
    try (InputStream input = type.getResourceAsStream(file)) {
      if (input == null) {
        throw new MillraceException(ErrorCode.INTERNAL, "no bytecode of " + type.getName());
      }
      return input.readAllBytes();
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "the bytecode of " + type.getName() + " cannot be read", e);
    }
  }
}
