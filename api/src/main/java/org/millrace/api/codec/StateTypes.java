package org.millrace.api.codec;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.Tuple4;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.sketch.DistinctSketch;

/**
 * Which classes durable state can be of, and in which form. Immutable.
 *
 * <p>What can be known from classes alone is decided here, for the check when a program starts and
 * for the codecs that store values, so that both refuse the same with the same words.
 */
public final class StateTypes {
  /** Classes with a layout of their own, beside the classes that {@code java.util} hides. */
  private static final Set<Class<?>> BUILT_IN =
      Set.of(
          Boolean.class,
          Byte.class,
          Short.class,
          Character.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          String.class,
          BigInteger.class,
          BigDecimal.class,
          UUID.class,
          Instant.class,
          Duration.class,
          LocalDate.class,
          LocalTime.class,
          LocalDateTime.class,
          OffsetDateTime.class,
          ZonedDateTime.class,
          ZoneOffset.class,
          Date.class,
          BitSet.class,
          Tuple2.class,
          Tuple3.class,
          Tuple4.class,
          org.millrace.api.Optional.class,
          Optional.class,
          ArrayList.class,
          LinkedList.class,
          ArrayDeque.class,
          PriorityQueue.class,
          HashSet.class,
          LinkedHashSet.class,
          TreeSet.class,
          HashMap.class,
          LinkedHashMap.class,
          TreeMap.class,
          ConcurrentHashMap.class,
          EnumMap.class,
          DistinctSketch.class);

  private final List<CodecRegistration> registrations;
  private final Map<Class<?>, CodecRegistration> byClass;

  /**
   * The rules with the codecs that a program registered.
   *
   * @throws MillraceException ILLEGAL_USE when two are for one class or have one name
   */
  public StateTypes(List<CodecRegistration> registrations) {
    this.registrations = List.copyOf(registrations);
    Map<Class<?>, CodecRegistration> classes = new HashMap<>();
    Map<String, CodecRegistration> names = new HashMap<>();
    for (CodecRegistration registration : this.registrations) {
      String type = registration.type().getTypeName();
      if (classes.put(registration.type(), registration) != null) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "registerCodec: " + type + " has a codec already; register one for each class");
      }
      CodecRegistration other = names.put(registration.codec().name(), registration);
      if (other != null) {
        throw new MillraceException(
            ErrorCode.ILLEGAL_USE,
            "registerCodec: the codec of "
                + type
                + " is named '"
                + registration.codec().name()
                + "' as that of "
                + other.type().getTypeName()
                + " is; stored values find their codec by its name, so give each its own");
      }
    }
    this.byClass = Map.copyOf(classes);
  }

  /** The codecs that the program registered. */
  public List<CodecRegistration> registrations() {
    return registrations;
  }

  /** Whether every version can store values of exactly this class by a layout of its own. */
  public static boolean isBuiltIn(Class<?> type) {
    return type.isPrimitive()
        || BUILT_IN.contains(type)
        || (type.isArray() && type.getComponentType().isPrimitive());
  }

  /** The classes with a layout of their own, without primitives and arrays of them. */
  public static Set<Class<?>> builtIn() {
    return BUILT_IN;
  }

  /**
   * Why values of a type cannot be stored; empty when they can, or when it depends on the values:
   * what a field of an interface, an abstract class or a type variable holds is only known then.
   *
   * @param type a class, or a generic type as reflection gives it
   */
  public Optional<Refusal> check(Type type) {
    return new StateTypeWalk(this).firstRefusal(type);
  }

  /** How values of exactly this class are stored. */
  public ClassForm formOf(Class<?> type) {
    CodecRegistration exact = byClass.get(type);
    if (exact != null) {
      return new ClassForm.Coded(exact);
    }
    if (isBuiltIn(type)) {
      return new ClassForm.BuiltIn();
    }
    if (type.isArray()) {
      return new ClassForm.Elements();
    }
    if (Enum.class.isAssignableFrom(type) && type != Enum.class) {
      return new ClassForm.Constants();
    }
    Optional<CodecRegistration> inherited = inherited(type);
    if (inherited.isPresent()) {
      return new ClassForm.Coded(inherited.get());
    }
    if (type == Object.class || type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
      return new ClassForm.Open();
    }
    Optional<String> problem = BeanRules.problemOf(type);
    if (problem.isPresent()) {
      return new ClassForm.Refused(problem.get());
    }
    return type.isRecord() ? new ClassForm.JavaRecord() : new ClassForm.Bean();
  }

  /** The codec of the nearest superclass, else of the first registered interface. */
  private Optional<CodecRegistration> inherited(Class<?> type) {
    for (Class<?> above = type.getSuperclass(); above != null; above = above.getSuperclass()) {
      CodecRegistration found = byClass.get(above);
      if (found != null) {
        return Optional.of(found);
      }
    }
    return registrations.stream()
        .filter(one -> one.type().isInterface() && one.type().isAssignableFrom(type))
        .findFirst();
  }

  /** The fields of a bean that are stored: of superclasses first, each in declared order. */
  public static List<Field> storedFields(Class<?> bean) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> type = bean; type != null && type != Object.class; type = type.getSuperclass()) {
      int at = 0;
      for (Field field : type.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers)) {
          fields.add(at++, field);
        }
      }
    }
    return fields;
  }
}
