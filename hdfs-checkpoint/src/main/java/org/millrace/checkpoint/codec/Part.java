package org.millrace.checkpoint.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.apache.avro.Schema;
import org.millrace.api.codec.FormerName;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * A component of a record or a field of a bean.
 *
 * @param getter takes the owner as Object and gives the type that {@link #shape} names
 * @param setter sets a bean's field: takes the owner and the value as Objects; null for a component
 */
record Part(
    String name,
    List<String> formerNames,
    Class<?> type,
    Shape shape,
    MethodHandle getter,
    MethodHandle setter) {
  /** How a value of a part is written: primitives without a tag, all else as any value. */
  enum Shape {
    BOOLEAN(boolean.class, Schema.Type.BOOLEAN),
    INT(int.class, Schema.Type.INT),
    LONG(long.class, Schema.Type.LONG),
    FLOAT(float.class, Schema.Type.FLOAT),
    DOUBLE(double.class, Schema.Type.DOUBLE),
    ANY(Object.class, Schema.Type.RECORD);

    final Class<?> carrier;
    final Schema.Type avro;

    Shape(Class<?> carrier, Schema.Type avro) {
      this.carrier = carrier;
      this.avro = avro;
    }

    static Shape of(Class<?> type) {
      if (type == byte.class || type == short.class || type == char.class) {
        return INT;
      }
      for (Shape shape : values()) {
        if (shape.carrier == type) {
          return shape;
        }
      }
      return ANY;
    }
  }

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  static Part of(RecordComponent component) throws ReflectiveOperationException {
    component.getAccessor().setAccessible(true);
    return of(
        component.getName(),
        component,
        component.getType(),
        LOOKUP.unreflect(component.getAccessor()),
        null);
  }

  static Part of(Field field) throws ReflectiveOperationException {
    field.setAccessible(true);
    return of(
        field.getName(),
        field,
        field.getType(),
        LOOKUP.unreflectGetter(field),
        LOOKUP
            .unreflectSetter(field)
            .asType(MethodType.methodType(void.class, Object.class, Object.class)));
  }

  private static Part of(
      String name,
      AnnotatedElement element,
      Class<?> type,
      MethodHandle getter,
      MethodHandle setter) {
    FormerName former = element.getAnnotation(FormerName.class);
    Shape shape = Shape.of(type);
    return new Part(
        name,
        former == null ? List.of() : List.of(former.value()),
        type,
        shape,
        getter.asType(MethodType.methodType(shape.carrier, Object.class)),
        setter);
  }

  void write(Object owner, ValueWriter to, ValueSink sink) {
    try {
      switch (shape) {
        case BOOLEAN -> sink.writeBoolean((boolean) getter.invokeExact(owner));
        case INT -> sink.writeLong((int) getter.invokeExact(owner));
        case LONG -> sink.writeLong((long) getter.invokeExact(owner));
        case FLOAT -> sink.writeFloat((float) getter.invokeExact(owner));
        case DOUBLE -> sink.writeDouble((double) getter.invokeExact(owner));
        case ANY -> to.writeField((Object) getter.invokeExact(owner), sink, name);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the accessor " + name + " of " + owner.getClass().getName() + " failed: " + e,
          e);
    }
  }

  void set(Object owner, Object value) {
    try {
      setter.invokeExact(owner, value);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "field " + name + " of " + owner.getClass().getName(), e);
    }
  }
}
