package org.millrace.checkpoint.codec;

import static org.millrace.checkpoint.codec.SchemaScope.array;
import static org.millrace.checkpoint.codec.SchemaScope.field;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * Layouts of {@code EnumSet} and {@code EnumMap}. Each begins with a constant, which says of which
 * enum it is: the first one that it holds or, when it is empty, the first one that there is.
 */
final class EnumCollections {
  static final Layout SET =
      new Layout(
          "EnumSet",
          scope ->
              SchemaScope.record(
                  "EnumSet", field("sample", scope.value()), array("elements", scope.value())),
          (value, to, sink) -> {
            EnumSet<?> set = (EnumSet<?>) value;
            to.writePart(sampleOf(set), sink, "[element]");
            CollectionLayouts.writeElements(set, to, sink);
          },
          (from, source) -> {
            Class<?> type = typeOf(from.readValue(source), source);
            return CollectionLayouts.readElements(size -> emptySet(type), from, source);
          });

  static final Layout MAP =
      new Layout(
          "EnumMap",
          scope ->
              SchemaScope.record(
                  "EnumMap", field("sample", scope.value()), array("entries", scope.entry())),
          (value, to, sink) -> {
            EnumMap<?, ?> map = (EnumMap<?, ?>) value;
            to.writePart(sampleOf(map), sink, "[key]");
            CollectionLayouts.writeEntries(map, to, sink);
          },
          (from, source) -> {
            Class<?> type = typeOf(from.readValue(source), source);
            return CollectionLayouts.readEntries(size -> emptyMap(type), from, source);
          });

  private EnumCollections() {}

  private static Object sampleOf(EnumSet<?> set) {
    EnumSet<?> sampled = set.isEmpty() ? EnumSet.complementOf(set) : set;
    if (sampled.isEmpty()) {
      throw withoutConstants("EnumSet");
    }
    return sampled.iterator().next();
  }

  private static Object sampleOf(EnumMap<?, ?> map) {
    if (!map.isEmpty()) {
      return map.keySet().iterator().next();
    }
    KeyTypeProbe probe = KeyTypeProbe.of(map);
    if (probe.keyType == null || probe.keyType.getEnumConstants().length == 0) {
      throw withoutConstants("EnumMap");
    }
    return probe.keyType.getEnumConstants()[0];
  }

  private static MillraceException withoutConstants(String collection) {
    return new MillraceException(
        ErrorCode.STATE_TYPE_REFUSED,
        "an " + collection + " of an enum without constants cannot be stored in durable state");
  }

  private static Class<?> typeOf(Object sample, ValueSource source) {
    if (sample instanceof Enum<?> constant) {
      return constant.getDeclaringClass();
    }
    throw source.violation("a collection of constants begins with none");
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // of an enum that is only known here
  private static Collection<Object> emptySet(Class<?> type) {
    return EnumSet.noneOf((Class) type);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // of an enum that is only known here
  private static Map<Object, Object> emptyMap(Class<?> type) {
    return new EnumMap(type);
  }

  /** An empty map shows the type of its keys only where it names it: as it is serialized. */
  private static final class KeyTypeProbe extends ObjectOutputStream {
    private Class<?> keyType;

    private KeyTypeProbe() throws IOException {
      super(OutputStream.nullOutputStream());
    }

    static KeyTypeProbe of(EnumMap<?, ?> map) {
      try (KeyTypeProbe probe = new KeyTypeProbe()) {
        probe.writeObject(map);
        return probe;
      } catch (IOException e) {
        throw new UncheckedIOException(e); // nothing is written anywhere
      }
    }

    @Override
    protected void annotateClass(Class<?> type) {
      if (type.isEnum()) {
        keyType = type;
      }
    }
  }
}
