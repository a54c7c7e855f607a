package org.millrace.api.codec;

import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks for the first part of a type that cannot be stored, depth first. */
final class StateTypeWalk {
  private static final int MAX_DEPTH = 50;

  private final StateTypes types;
  private final Set<String> seen = new HashSet<>();

  StateTypeWalk(StateTypes types) {
    this.types = types;
  }

  Optional<Refusal> firstRefusal(Type root) {
    Type resolved = BoundType.resolve(root, Map.of());
    return visit(resolved, BoundType.rawOf(resolved).getTypeName(), Map.of(), 0);
  }

  private Optional<Refusal> visit(
      Type declared, String path, Map<TypeVariable<?>, Type> bindings, int depth) {
    Type type = BoundType.resolve(declared, bindings);
    Class<?> raw = BoundType.rawOf(type);
    // A generic class that nests itself in ever larger types ends by depth.
    if (depth > MAX_DEPTH || !seen.add(type.getTypeName())) {
      return Optional.empty();
    }
    ClassForm form = types.formOf(raw);
    if (form instanceof ClassForm.Refused refused) {
      return Optional.of(new Refusal(path, raw, refused.reason()));
    }
    if (form instanceof ClassForm.Elements) {
      Type component =
          type instanceof GenericArrayType array
              ? array.getGenericComponentType()
              : raw.getComponentType();
      return visit(component, path + "[element]", bindings, depth + 1);
    }
    if (form instanceof ClassForm.JavaRecord) {
      return visitComponents(type, raw, path, depth);
    }
    if (form instanceof ClassForm.Bean) {
      return visitFields(type, raw, path, depth);
    }
    boolean holdsArguments =
        form instanceof ClassForm.BuiltIn || (form instanceof ClassForm.Open && isContainer(raw));
    return holdsArguments && type instanceof ParameterizedType parameterized
        ? visitArguments(parameterized, raw, path, bindings, depth)
        : Optional.empty();
  }

  private static boolean isContainer(Class<?> type) {
    return type == Map.class
        || Map.class.isAssignableFrom(type)
        || Collection.class.isAssignableFrom(type)
        || type == Iterable.class;
  }

  private Optional<Refusal> visitArguments(
      ParameterizedType type,
      Class<?> raw,
      String path,
      Map<TypeVariable<?>, Type> bindings,
      int depth) {
    Type[] arguments = type.getActualTypeArguments();
    for (int i = 0; i < arguments.length; i++) {
      String step = path + stepInto(raw, i);
      Optional<Refusal> refusal = visit(arguments[i], step, bindings, depth + 1);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private static String stepInto(Class<?> raw, int argument) {
    if (Map.class.isAssignableFrom(raw)) {
      return argument == 0 ? "[key]" : "[value]";
    }
    if (raw.isRecord()) {
      return "._" + (argument + 1);
    }
    return raw.getSimpleName().equals("Optional") ? "[value]" : "[element]";
  }

  private Optional<Refusal> visitComponents(Type type, Class<?> raw, String path, int depth) {
    Map<TypeVariable<?>, Type> bindings = BoundType.bindingsOf(type, Map.of());
    for (RecordComponent component : raw.getRecordComponents()) {
      String step = path + "." + component.getName();
      Optional<Refusal> refusal = visit(component.getGenericType(), step, bindings, depth + 1);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> visitFields(Type type, Class<?> raw, String path, int depth) {
    Map<TypeVariable<?>, Type> bindings = new HashMap<>(BoundType.bindingsOf(type, Map.of()));
    for (Class<?> above = raw; above != Object.class; above = above.getSuperclass()) {
      bindings.putAll(BoundType.bindingsOf(above.getGenericSuperclass(), bindings));
    }
    for (Field field : StateTypes.storedFields(raw)) {
      String step = path + "." + field.getName();
      Optional<Refusal> refusal = visit(field.getGenericType(), step, bindings, depth + 1);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }
}
