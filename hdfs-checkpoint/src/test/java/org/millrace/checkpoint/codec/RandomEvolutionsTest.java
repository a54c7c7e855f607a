package org.millrace.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Random values of one class read as of another one, against a model: shared names keep their
 * values, numbers are widened, what is new has its default, and what would be narrowed is refused.
 */
class RandomEvolutionsTest {
  record First(int a, String b, long c, Object d, byte h) {}

  record Second(long a, String b, Object d, Optional<String> e, short h, boolean i) {}

  record Third(double a, long c, Optional<String> e, Integer f, List<Object> g) {}

  record Fourth(Object d, float c, Long f, List<Object> g, int h, char j, String k) {}

  record Fifth(List<Object> g, Double f, Long a, boolean i, float h, double c) {}

  record Sixth() {}

  private static final List<Class<? extends Record>> CLASSES =
      List.of(First.class, Second.class, Third.class, Fourth.class, Fifth.class, Sixth.class);

  /** Numbers in the order in which each may become all that follow. */
  private static final List<Class<?>> WIDENING =
      List.of(Byte.class, Short.class, Integer.class, Long.class, Float.class, Double.class);

  private static final Map<Class<?>, Class<?>> BOXES =
      Map.of(
          byte.class, Byte.class,
          short.class, Short.class,
          int.class, Integer.class,
          long.class, Long.class,
          float.class, Float.class,
          double.class, Double.class,
          boolean.class, Boolean.class,
          char.class, Character.class);

  private final Random random = new Random(99);
  private final RandomValues values = new RandomValues(random);

  private Record randomOf(Class<? extends Record> type) {
    List<Object> components = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      components.add(randomPart(component.getType()));
    }
    return made(type, components);
  }

  private Object randomPart(Class<?> type) {
    if (type == Object.class) {
      return values.any(3);
    }
    if (type == List.class) {
      return Arrays.asList(values.any(2), values.any(2));
    }
    if (type == Optional.class) {
      return Optional.of("e" + random.nextInt());
    }
    if (type == String.class) {
      return random.nextInt(10) == 0 ? null : "text" + random.nextInt();
    }
    if (!type.isPrimitive() && random.nextInt(4) == 0) {
      return null;
    }
    Class<?> boxed = BOXES.getOrDefault(type, type);
    int bits = random.nextInt();
    if (boxed == Boolean.class) {
      return random.nextBoolean();
    }
    return boxed == Character.class ? (Object) (char) bits : number(bits, boxed);
  }

  private static Object number(Number from, Class<?> to) {
    return switch (WIDENING.indexOf(to)) {
      case 0 -> from.byteValue();
      case 1 -> from.shortValue();
      case 2 -> from.intValue();
      case 3 -> from.longValue();
      case 4 -> from.floatValue();
      default -> from.doubleValue();
    };
  }

  private static Record made(Class<? extends Record> type, List<Object> components) {
    try {
      Constructor<?> canonical = type.getDeclaredConstructors()[0];
      return (Record) canonical.newInstance(components.toArray());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Object> partsOf(Record record) {
    Map<String, Object> parts = new HashMap<>();
    try {
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        parts.put(component.getName(), component.getAccessor().invoke(record));
      }
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
    return parts;
  }

  /** What the model expects; empty when it must be refused. */
  private static Optional<Record> expected(Record then, Class<? extends Record> today) {
    Map<String, Object> written = partsOf(then);
    List<Object> components = new ArrayList<>();
    for (RecordComponent component : today.getRecordComponents()) {
      Class<?> boxed = BOXES.getOrDefault(component.getType(), component.getType());
      if (!written.containsKey(component.getName())) {
        components.add(defaultOf(component.getType()));
        continue;
      }
      Object value = written.get(component.getName());
      if (value == null ? component.getType().isPrimitive() : !fits(value, boxed)) {
        return Optional.empty();
      }
      components.add(
          WIDENING.contains(boxed) && value != null ? number((Number) value, boxed) : value);
    }
    return Optional.of(made(today, components));
  }

  private static boolean fits(Object value, Class<?> boxed) {
    int from = WIDENING.indexOf(value.getClass());
    return boxed.isInstance(value) || (from >= 0 && from < WIDENING.indexOf(boxed));
  }

  private static Object defaultOf(Class<?> type) {
    if (type == Optional.class) {
      return Optional.empty();
    }
    if (type == boolean.class) {
      return false;
    }
    if (type == char.class) {
      return '\0';
    }
    return type.isPrimitive() ? number(0, BOXES.get(type)) : null;
  }

  @Test
  void laterClassesReadWhatTheModelSays() {
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
      Record then = randomOf(CLASSES.get(random.nextInt(CLASSES.size())));
      Class<? extends Record> today = CLASSES.get(random.nextInt(CLASSES.size()));
      Optional<Record> expected = expected(then, today);
      if (expected.isPresent()) {
        assertThat(Stored.evolved(then, then.getClass(), today)).isEqualTo(expected.get());
      } else {
        refused++;
        assertThatThrownBy(() -> Stored.evolved(then, then.getClass(), today))
            .isInstanceOfSatisfying(
                MillraceException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_NOT_READABLE));
      }
    }
    assertThat(refused).isBetween(100, 3000);
  }
}
