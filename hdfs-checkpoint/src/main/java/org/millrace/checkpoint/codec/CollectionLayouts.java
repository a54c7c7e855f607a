package org.millrace.checkpoint.codec;

import static org.millrace.checkpoint.codec.SchemaScope.array;
import static org.millrace.checkpoint.codec.SchemaScope.field;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.millrace.api.Tuple2;
import org.millrace.api.Tuple3;
import org.millrace.api.Tuple4;

/** Layouts of values that hold other values. */
final class CollectionLayouts {
  /** Collections that cannot be changed are read as others that cannot be changed. */
  static final Layout LIST =
      elements("List", ArrayList::new, list -> Collections.unmodifiableList((List<Object>) list));

  static final Layout SET =
      elements("Set", LinkedHashSet::new, set -> Collections.unmodifiableSet((Set<Object>) set));

  static final Layout MAP =
      entries("Map", size -> new LinkedHashMap<>(), Collections::unmodifiableMap);

  static final Layout ARRAY_LIST = elements("ArrayList", ArrayList::new);

  private static final int MAX_INITIAL_CAPACITY = 1 << 16;

  private CollectionLayouts() {}

  static Map<Class<?>, Layout> byClass() {
    Map<Class<?>, Layout> layouts = new LinkedHashMap<>();
    tuples(layouts);
    layouts.put(ArrayList.class, ARRAY_LIST);
    layouts.put(LinkedList.class, elements("LinkedList", size -> new LinkedList<>()));
    layouts.put(ArrayDeque.class, elements("ArrayDeque", ArrayDeque::new));
    layouts.put(HashSet.class, elements("HashSet", size -> new HashSet<>(capacity(size))));
    layouts.put(
        LinkedHashSet.class,
        elements("LinkedHashSet", size -> new LinkedHashSet<>(capacity(size))));
    layouts.put(
        TreeSet.class,
        sorted("TreeSet", set -> ((TreeSet<?>) set).comparator(), order -> new TreeSet<>(order)));
    layouts.put(
        PriorityQueue.class,
        sorted(
            "PriorityQueue",
            queue -> ((PriorityQueue<?>) queue).comparator(),
            order -> new PriorityQueue<>(order)));
    layouts.put(HashMap.class, entries("HashMap", size -> new HashMap<>(capacity(size))));
    layouts.put(
        LinkedHashMap.class, entries("LinkedHashMap", size -> new LinkedHashMap<>(capacity(size))));
    layouts.put(
        ConcurrentHashMap.class, entries("ConcurrentHashMap", size -> new ConcurrentHashMap<>()));
    layouts.put(TreeMap.class, treeMap());
    layouts.put(EnumMap.class, EnumCollections.MAP);
    return layouts;
  }

  /** The layout of a class that {@code java.util} hides; null when it has none. */
  static Layout ofHidden(Class<?> type) {
    String name = type.getName();
    if (!name.startsWith("java.util.")) {
      return null;
    }
    if (name.equals("java.util.Arrays$ArrayList") || name.endsWith("SubList")) {
      return ARRAY_LIST;
    }
    if (EnumSet.class.isAssignableFrom(type)) {
      return EnumCollections.SET;
    }
    boolean fixed =
        name.startsWith("java.util.ImmutableCollections$")
            || name.startsWith("java.util.Collections$Empty")
            || name.startsWith("java.util.Collections$Singleton")
            || name.startsWith("java.util.Collections$Unmodifiable")
            || name.equals("java.util.Collections$CopiesList");
    if (!fixed || name.contains("Sorted") || name.contains("Navigable")) {
      return null;
    }
    if (List.class.isAssignableFrom(type)) {
      return LIST;
    }
    if (Set.class.isAssignableFrom(type)) {
      return SET;
    }
    return Map.class.isAssignableFrom(type) ? MAP : null;
  }

  private static int capacity(int size) {
    return Math.min((int) (size / 0.75f) + 1, MAX_INITIAL_CAPACITY);
  }

  private static void tuples(Map<Class<?>, Layout> layouts) {
    layouts.put(
        Tuple2.class,
        new Layout(
            "Tuple2",
            scope ->
                SchemaScope.record(
                    "Tuple2", field("_1", scope.value()), field("_2", scope.value())),
            (value, to, sink) -> {
              Tuple2<?, ?> tuple = (Tuple2<?, ?>) value;
              to.writePart(tuple._1(), sink, "._1");
              to.writePart(tuple._2(), sink, "._2");
            },
            (from, source) -> {
              Object first = from.readValue(source);
              return new Tuple2<>(first, from.readValue(source));
            }));
    layouts.put(
        Tuple3.class,
        new Layout(
            "Tuple3",
            scope ->
                SchemaScope.record(
                    "Tuple3",
                    field("_1", scope.value()),
                    field("_2", scope.value()),
                    field("_3", scope.value())),
            (value, to, sink) -> {
              Tuple3<?, ?, ?> tuple = (Tuple3<?, ?, ?>) value;
              to.writePart(tuple._1(), sink, "._1");
              to.writePart(tuple._2(), sink, "._2");
              to.writePart(tuple._3(), sink, "._3");
            },
            (from, source) -> {
              Object first = from.readValue(source);
              Object second = from.readValue(source);
              return new Tuple3<>(first, second, from.readValue(source));
            }));
    layouts.put(
        Tuple4.class,
        new Layout(
            "Tuple4",
            scope ->
                SchemaScope.record(
                    "Tuple4",
                    field("_1", scope.value()),
                    field("_2", scope.value()),
                    field("_3", scope.value()),
                    field("_4", scope.value())),
            (value, to, sink) -> {
              Tuple4<?, ?, ?, ?> tuple = (Tuple4<?, ?, ?, ?>) value;
              to.writePart(tuple._1(), sink, "._1");
              to.writePart(tuple._2(), sink, "._2");
              to.writePart(tuple._3(), sink, "._3");
              to.writePart(tuple._4(), sink, "._4");
            },
            (from, source) -> {
              Object first = from.readValue(source);
              Object second = from.readValue(source);
              Object third = from.readValue(source);
              return new Tuple4<>(first, second, third, from.readValue(source));
            }));
    layouts.put(
        org.millrace.api.Optional.class,
        optional(
            "Optional",
            value -> ((org.millrace.api.Optional<?>) value).orNull(),
            org.millrace.api.Optional::ofNullable));
    layouts.put(
        Optional.class,
        optional(
            "JavaOptional", value -> ((Optional<?>) value).orElse(null), Optional::ofNullable));
  }

  private static Layout optional(
      String name, UnaryOperator<Object> content, UnaryOperator<Object> made) {
    return new Layout(
        name,
        scope -> SchemaScope.record(name, field("value", scope.value())),
        (value, to, sink) -> to.writePart(content.apply(value), sink, "[value]"),
        (from, source) -> made.apply(from.readValue(source)));
  }

  private static Layout elements(String name, IntFunction<Collection<Object>> made) {
    return elements(name, made, collection -> collection);
  }

  private static Layout elements(
      String name, IntFunction<Collection<Object>> made, UnaryOperator<Collection<Object>> sealed) {
    return new Layout(
        name,
        scope -> SchemaScope.record(name, array("elements", scope.value())),
        (value, to, sink) -> writeElements((Collection<?>) value, to, sink),
        (from, source) -> sealed.apply(readElements(made, from, source)));
  }

  static void writeElements(Collection<?> elements, ValueWriter to, ValueSink sink) {
    int size = elements.size();
    ArrayLayouts.begin(size, sink);
    int written = 0;
    for (Object element : elements) {
      to.writePart(element, sink, "[element]");
      written++;
    }
    to.requireUnchanged(size, written);
    ArrayLayouts.end(size, sink);
  }

  static Collection<Object> readElements(
      IntFunction<Collection<Object>> made, ValueReader from, ValueSource source) {
    int size = source.readCount(1);
    Collection<Object> elements = made.apply(Math.min(size, MAX_INITIAL_CAPACITY));
    for (int i = 0; i < size; i++) {
      elements.add(from.readValue(source));
    }
    return ArrayLayouts.ended(elements, size, source);
  }

  private static Layout sorted(
      String name,
      Function<Object, Comparator<?>> comparator,
      Function<Comparator<Object>, Collection<Object>> made) {
    return new Layout(
        name,
        scope ->
            SchemaScope.record(
                name, field("order", scope.order()), array("elements", scope.value())),
        (value, to, sink) -> {
          sink.writeLong(SortOrder.of(comparator.apply(value), value.getClass()).ordinal());
          writeElements((Collection<?>) value, to, sink);
        },
        (from, source) -> {
          Comparator<Object> order = SortOrder.read(source).comparator();
          return readElements(size -> made.apply(order), from, source);
        });
  }

  private static Layout entries(String name, IntFunction<Map<Object, Object>> made) {
    return entries(name, made, map -> map);
  }

  private static Layout entries(
      String name,
      IntFunction<Map<Object, Object>> made,
      UnaryOperator<Map<Object, Object>> sealed) {
    return new Layout(
        name,
        scope -> SchemaScope.record(name, array("entries", scope.entry())),
        (value, to, sink) -> writeEntries((Map<?, ?>) value, to, sink),
        (from, source) -> sealed.apply(readEntries(made, from, source)));
  }

  static void writeEntries(Map<?, ?> map, ValueWriter to, ValueSink sink) {
    int size = map.size();
    ArrayLayouts.begin(size, sink);
    int written = 0;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      to.writePart(entry.getKey(), sink, "[key]");
      to.writePart(entry.getValue(), sink, "[value]");
      written++;
    }
    to.requireUnchanged(size, written);
    ArrayLayouts.end(size, sink);
  }

  static Map<Object, Object> readEntries(
      IntFunction<Map<Object, Object>> made, ValueReader from, ValueSource source) {
    int size = source.readCount(2);
    Map<Object, Object> map = made.apply(size);
    for (int i = 0; i < size; i++) {
      Object key = from.readValue(source);
      map.put(key, from.readValue(source));
    }
    return ArrayLayouts.ended(map, size, source);
  }

  private static Layout treeMap() {
    return new Layout(
        "TreeMap",
        scope ->
            SchemaScope.record(
                "TreeMap", field("order", scope.order()), array("entries", scope.entry())),
        (value, to, sink) -> {
          TreeMap<?, ?> map = (TreeMap<?, ?>) value;
          sink.writeLong(SortOrder.of(map.comparator(), TreeMap.class).ordinal());
          writeEntries(map, to, sink);
        },
        (from, source) -> {
          Comparator<Object> order = SortOrder.read(source).comparator();
          return readEntries(size -> new TreeMap<>(order), from, source);
        });
  }
}
