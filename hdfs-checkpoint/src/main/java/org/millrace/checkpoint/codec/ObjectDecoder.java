package org.millrace.checkpoint.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.millrace.api.codec.ClassForm;
import org.millrace.api.codec.StateTypes;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Makes objects of a class of today from what a class of then wrote: fields are matched by name,
 * what is not there today is skipped, what was not there then has its default.
 */
final class ObjectDecoder implements Decoder {
  /** The rules without the program's codecs: what was written by fields is read by fields. */
  private static final StateTypes BY_FIELDS = new StateTypes(List.of());

  private final String writtenClass;
  private final Class<?> today;
  private final Part[] parts;
  private final Coercion[] coercions;
  private final MethodHandle constructor;

  /** The parts in written order, and for each where it goes today, -1 for nowhere. */
  private final Schema.Field[] written;

  private final int[] targets;

  /** What the components of a record have that were not written; null for a bean. */
  private final Object[] defaults;

  private ObjectDecoder(Schema schema, Class<?> today, MethodHandle constructor) {
    this.writtenClass = schema.getProp(TypeTable.JAVA_CLASS);
    this.today = today;
    this.constructor = constructor;
    this.parts = ObjectKind.partsOf(today).toArray(Part[]::new);
    this.coercions =
        Arrays.stream(parts).map(part -> new Coercion(part.type())).toArray(Coercion[]::new);
    this.written = schema.getFields().toArray(Schema.Field[]::new);
    List<String> names = Arrays.stream(written).map(ObjectDecoder::javaName).toList();
    this.targets = new int[written.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = target(names.get(i), names);
    }
    this.defaults =
        today.isRecord()
            ? Arrays.stream(parts).map(part -> defaultOf(part.type())).toArray()
            : null;
  }

  static Decoder of(Schema schema, StateCodecs codecs) {
    String name = schema.getProp(TypeTable.JAVA_CLASS);
    Class<?> today = WrittenClasses.find(name, codecs.loader());
    ClassForm form = BY_FIELDS.formOf(today);
    if (!(form instanceof ClassForm.JavaRecord) && !(form instanceof ClassForm.Bean)) {
      String problem =
          form instanceof ClassForm.Refused refused
              ? refused.reason()
              : "is no record and no bean today";
      throw new MillraceException(
          ErrorCode.STATE_NOT_READABLE,
          "stored state has values of "
              + name
              + ", which cannot be made again: "
              + today.getName()
              + " "
              + problem
              + "; make it a record or give it a constructor without arguments");
    }
    try {
      return new ObjectDecoder(schema, today, constructorOf(today));
    } catch (ReflectiveOperationException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "the class " + today.getName() + " cannot be inspected", e);
    }
  }

  private static MethodHandle constructorOf(Class<?> type) throws ReflectiveOperationException {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    if (!type.isRecord()) {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return lookup.unreflectConstructor(constructor).asType(MethodType.methodType(Object.class));
    }
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(component -> component.getType())
            .toArray(Class<?>[]::new);
    Constructor<?> canonical = type.getDeclaredConstructor(types);
    canonical.setAccessible(true);
    return lookup
        .unreflectConstructor(canonical)
        .asSpreader(Object[].class, types.length)
        .asType(MethodType.methodType(Object.class, Object[].class));
  }

  private static String javaName(Schema.Field field) {
    String name = field.getProp(TypeTable.JAVA_NAME);
    return name == null ? field.name() : name;
  }

  /** The part of the same name, else the one that says it had this name and was not written. */
  private int target(String name, List<String> writtenNames) {
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].name().equals(name)) {
        return i;
      }
    }
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].formerNames().contains(name) && !writtenNames.contains(parts[i].name())) {
        return i;
      }
    }
    return -1;
  }

  private static Object defaultOf(Class<?> type) {
    if (type == Optional.class) {
      return Optional.empty();
    }
    if (type == org.millrace.api.Optional.class) {
      return org.millrace.api.Optional.empty();
    }
    return type.isPrimitive() ? Array.get(Array.newInstance(type, 1), 0) : null;
  }

  @Override
  public Object read(ValueReader from, ValueSource source) {
    return defaults == null ? readBean(from, source) : readRecord(from, source);
  }

  private Object readRecord(ValueReader from, ValueSource source) {
    Object[] components = defaults.clone();
    for (int i = 0; i < written.length; i++) {
      int target = targets[i];
      if (target < 0) {
        from.skip(written[i].schema(), source);
      } else {
        components[target] = fitted(i, target, from, source);
      }
    }
    try {
      return (Object) constructor.invokeExact(components);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw constructorFailed(e);
    }
  }

  private Object readBean(ValueReader from, ValueSource source) {
    Object bean;
    try {
      bean = (Object) constructor.invokeExact();
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw constructorFailed(e);
    }
    for (int i = 0; i < written.length; i++) {
      int target = targets[i];
      if (target < 0) {
        from.skip(written[i].schema(), source);
      } else {
        parts[target].set(bean, fitted(i, target, from, source));
      }
    }
    return bean;
  }

  private Object fitted(int index, int target, ValueReader from, ValueSource source) {
    Object value = readPart(written[index], from, source);
    Object fitted = coercions[target].fit(value);
    if (fitted == Coercion.MISFIT) {
      throw misfit(index, target, value);
    }
    return fitted;
  }

  private static Object readPart(Schema.Field field, ValueReader from, ValueSource source) {
    return switch (field.schema().getType()) {
      case BOOLEAN -> source.readBoolean();
      case INT -> narrowed(field, source);
      case LONG -> source.readLong();
      case FLOAT -> source.readFloat();
      case DOUBLE -> source.readDouble();
      default -> from.readValue(source);
    };
  }

  /** Avro has one type for what are four in Java. */
  private static Object narrowed(Schema.Field field, ValueSource source) {
    String type = field.getProp(TypeTable.JAVA_TYPE);
    return switch (type == null ? "int" : type) {
      case "byte" -> (byte) ScalarLayouts.narrow(source, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case "short" -> (short) ScalarLayouts.narrow(source, Short.MIN_VALUE, Short.MAX_VALUE);
      case "char" -> (char) ScalarLayouts.narrow(source, 0, Character.MAX_VALUE);
      default -> source.readInt();
    };
  }

  private MillraceException misfit(int index, int target, Object value) {
    String stored = value == null ? "null" : value.getClass().getTypeName();
    return new MillraceException(
        ErrorCode.STATE_NOT_READABLE,
        "stored state has "
            + stored
            + " in "
            + writtenClass
            + "."
            + javaName(written[index])
            + " (then "
            + written[index].getProp(TypeTable.JAVA_TYPE)
            + "), which "
            + today.getName()
            + "."
            + parts[target].name()
            + " ("
            + parts[target].type().getTypeName()
            + ") cannot hold; numbers may only be widened: give the field its type again, or add"
            + " one with another name");
  }

  private MillraceException constructorFailed(Throwable cause) {
    return new MillraceException(
        ErrorCode.STATE_NOT_READABLE,
        "the constructor of "
            + today.getName()
            + " refused what was stored of "
            + writtenClass
            + ": "
            + cause
            + "; it must accept all that was stored, and the defaults of fields that were not",
        cause);
  }
}
