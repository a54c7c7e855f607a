package org.millrace.api.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A generic type whose variables were replaced by what they stand for. */
record BoundType(Class<?> raw, List<Type> arguments, Type owner) implements ParameterizedType {
  static BoundType of(ParameterizedType type, UnaryOperator<Type> replaced) {
    List<Type> arguments =
        Arrays.stream(type.getActualTypeArguments()).map(replaced).collect(Collectors.toList());
    return new BoundType((Class<?>) type.getRawType(), arguments, type.getOwnerType());
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
