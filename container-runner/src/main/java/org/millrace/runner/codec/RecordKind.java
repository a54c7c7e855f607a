package org.millrace.runner.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.millrace.api.Optional;

/**
 * The layout that a class has in the record encoding; by exact class, so that no subclass loses its
 * fields.
 */
enum RecordKind {
  BOOLEAN,
  BYTE,
  SHORT,
  CHARACTER,
  FLOAT,
  DOUBLE,
  ARRAY,
  OBJECTS,
  STRINGS,
  OPTIONAL,
  ARRAY_LIST,
  LINKED_LIST,
  IMMUTABLE_LIST,
  HASH_SET,
  TREE_SET,
  IMMUTABLE_SET,
  HASH_MAP,
  TREE_MAP,
  IMMUTABLE_MAP,
  ENUM,
  NUMBER_OR_TIME,
  JAVA_RECORD,
  GENERIC;

  private static final Map<Class<?>, RecordKind> BY_CLASS =
      Map.ofEntries(
          Map.entry(Boolean.class, BOOLEAN),
          Map.entry(Byte.class, BYTE),
          Map.entry(Short.class, SHORT),
          Map.entry(Character.class, CHARACTER),
          Map.entry(Float.class, FLOAT),
          Map.entry(Double.class, DOUBLE),
          Map.entry(Object[].class, OBJECTS),
          Map.entry(String[].class, STRINGS),
          Map.entry(Optional.class, OPTIONAL),
          Map.entry(ArrayList.class, ARRAY_LIST),
          Map.entry(LinkedList.class, LINKED_LIST),
          Map.entry(HashSet.class, HASH_SET),
          Map.entry(LinkedHashSet.class, HASH_SET),
          Map.entry(TreeSet.class, TREE_SET),
          Map.entry(HashMap.class, HASH_MAP),
          Map.entry(LinkedHashMap.class, HASH_MAP),
          Map.entry(TreeMap.class, TREE_MAP),
          Map.entry(BigInteger.class, NUMBER_OR_TIME),
          Map.entry(BigDecimal.class, NUMBER_OR_TIME),
          Map.entry(Instant.class, NUMBER_OR_TIME),
          Map.entry(Duration.class, NUMBER_OR_TIME),
          Map.entry(LocalDate.class, NUMBER_OR_TIME),
          Map.entry(LocalTime.class, NUMBER_OR_TIME),
          Map.entry(LocalDateTime.class, NUMBER_OR_TIME),
          Map.entry(UUID.class, NUMBER_OR_TIME));

  private static final ClassValue<RecordKind> KINDS =
      new ClassValue<>() {
        @Override
        protected RecordKind computeValue(Class<?> type) {
          return classify(type);
        }
      };

  static RecordKind of(Class<?> type) {
    return KINDS.get(type);
  }

  private static RecordKind classify(Class<?> type) {
    RecordKind known = BY_CLASS.get(type);
    if (known != null) {
      return known;
    }
    if (type.isArray()) {
      return type.getComponentType().isPrimitive() ? ARRAY : GENERIC;
    }
    if (Enum.class.isAssignableFrom(type)) {
      return ENUM;
    }
    if (type.isRecord()) {
      return RecordShape.isReachable(type) ? JAVA_RECORD : GENERIC;
    }
    return type.getName().startsWith("java.util.") ? classifyCollection(type) : GENERIC;
  }

  private static RecordKind classifyCollection(Class<?> type) {
    String name = type.getName();
    boolean immutable =
        name.startsWith("java.util.ImmutableCollections$")
            || name.startsWith("java.util.Collections$Empty")
            || name.startsWith("java.util.Collections$Singleton")
            || name.startsWith("java.util.Collections$Unmodifiable");
    boolean sorted = name.contains("Sorted") || name.contains("Navigable");
    if (immutable && !sorted) {
      if (List.class.isAssignableFrom(type)) {
        return IMMUTABLE_LIST;
      }
      if (Set.class.isAssignableFrom(type)) {
        return IMMUTABLE_SET;
      }
      if (Map.class.isAssignableFrom(type)) {
        return IMMUTABLE_MAP;
      }
    }
    boolean list = name.equals("java.util.Arrays$ArrayList") || name.endsWith("SubList");
    return list ? ARRAY_LIST : GENERIC;
  }
}
