package org.millrace.api.codec;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A generic type whose variables were replaced by what they stand for.
 *
 * @param raw the class
 * @param arguments one for each type parameter of the class
 * @param owner the type it is a member of; null for none
 */
public record BoundType(Class<?> raw, List<Type> arguments, Type owner)
    implements ParameterizedType {
  /** Copies the arguments. */
  public BoundType {
    arguments = List.copyOf(arguments);
  }

  /** What the type parameters of a generic type stand for; its own variables by {@code outer}. */
  public static Map<TypeVariable<?>, Type> bindingsOf(Type type, Map<TypeVariable<?>, Type> outer) {
    Map<TypeVariable<?>, Type> bindings = new HashMap<>();
    if (type instanceof ParameterizedType parameterized) {
      TypeVariable<?>[] variables = rawOf(type).getTypeParameters();
      Type[] arguments = parameterized.getActualTypeArguments();
      for (int i = 0; i < variables.length; i++) {
        bindings.put(variables[i], resolve(arguments[i], outer));
      }
    }
    return bindings;
  }

  /** A type with variables and wildcards replaced; by Object where it is not known by what. */
  public static Type resolve(Type type, Map<TypeVariable<?>, Type> bindings) {
    if (type instanceof TypeVariable<?> variable) {
      return bindings.getOrDefault(variable, Object.class);
    }
    if (type instanceof WildcardType wildcard) {
      return resolve(wildcard.getUpperBounds()[0], bindings);
    }
    if (type instanceof ParameterizedType parameterized) {
      List<Type> arguments =
          Arrays.stream(parameterized.getActualTypeArguments())
              .map(argument -> resolve(argument, bindings))
              .toList();
      return new BoundType(rawOf(type), arguments, parameterized.getOwnerType());
    }
    return type;
  }

  /** The class of a type without its arguments; Object when it is not known. */
  public static Class<?> rawOf(Type type) {
    if (type instanceof Class<?> raw) {
      return raw;
    }
    if (type instanceof ParameterizedType parameterized) {
      return (Class<?>) parameterized.getRawType();
    }
    if (type instanceof GenericArrayType array) {
      return rawOf(array.getGenericComponentType()).arrayType();
    }
    return Object.class;
  }

  @Override
  public Type[] getActualTypeArguments() {
    return arguments.toArray(Type[]::new);
  }

  @Override
  public Type getRawType() {
    return raw;
  }

  @Override
  public Type getOwnerType() {
    return owner;
  }

  @Override
  public String getTypeName() {
    return raw.getName()
        + arguments.stream().map(Type::getTypeName).collect(Collectors.joining(", ", "<", ">"));
  }
}
