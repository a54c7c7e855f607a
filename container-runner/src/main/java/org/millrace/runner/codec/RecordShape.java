package org.millrace.runner.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** How a Java record class is taken apart and put together again. Immutable. */
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return inspect(type);
        }
      };

  private final MethodHandle[] accessors;
  private final MethodHandle constructor;

  private RecordShape(MethodHandle[] accessors, MethodHandle constructor) {
    this.accessors = accessors;
    this.constructor = constructor;
  }

  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  /** False for a record in a package that its module keeps closed. */
  static boolean isReachable(Class<?> type) {
    Module module = type.getModule();
    return !module.isNamed() || module.isOpen(type.getPackageName(), RecordShape.class.getModule());
  }

  int componentCount() {
    return accessors.length;
  }

  Object component(Object record, int index) {
    try {
      return (Object) accessors[index].invokeExact(record);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "an accessor of " + record.getClass().getName() + " failed", e);
    }
  }

  Object create(Object[] components) {
    try {
      return (Object) constructor.invokeExact(components);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new MillraceException(ErrorCode.ILLEGAL_USE, "the constructor of a record failed", e);
    }
  }

  private static RecordShape inspect(Class<?> type) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      RecordComponent[] components = type.getRecordComponents();
      MethodHandle[] accessors = new MethodHandle[components.length];
      for (int i = 0; i < components.length; i++) {
        Method accessor = components[i].getAccessor();
        accessor.setAccessible(true);
        accessors[i] =
            lookup.unreflect(accessor).asType(MethodType.methodType(Object.class, Object.class));
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> canonical = type.getDeclaredConstructor(types);
      canonical.setAccessible(true);
      MethodHandle constructor =
          lookup
              .unreflectConstructor(canonical)
              .asSpreader(Object[].class, types.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
      return new RecordShape(accessors, constructor);
    } catch (ReflectiveOperationException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "the record class " + type.getName() + " cannot be inspected", e);
    }
  }
}
