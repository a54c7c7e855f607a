package org.millrace.api.streaming;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.codec.Refusal;
import org.millrace.api.codec.StateTypes;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.function.Function;
import org.millrace.api.function.Function2;
import org.millrace.api.function.Function3;
import org.millrace.api.function.Function4;
import org.millrace.api.graph.FunctionTypes;
import org.millrace.api.graph.SerializabilityCheck;
import org.millrace.api.graph.StateOperation;
import org.millrace.api.graph.StatefulStreamNode;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.graph.StreamNode;

/**
 * Refuses keys and state of classes that cannot be stored, where the classes of the program's
 * functions show them. What they do not show is refused when the first value is stored.
 */
final class StateTypeCheck {
  private StateTypeCheck() {}

  static void require(StreamGraph graph) {
    for (CodecRegistration registration : graph.codecs()) {
      SerializabilityCheck.require(
          registration.codec(), "the codec of " + registration.type().getTypeName());
    }
    StateTypes types = new StateTypes(graph.codecs());
    for (StreamNode stream : graph.neededStreams()) {
      if (stream instanceof StatefulStreamNode stateful) {
        for (Type type : storedTypes(stateful.operation())) {
          Optional<Refusal> refusal = types.check(type);
          if (refusal.isPresent()) {
            throw new MillraceException(
                ErrorCode.STATE_TYPE_REFUSED,
                "the state of " + stream.description() + ": " + refusal.get().message());
          }
        }
      }
    }
  }

  /** Types of keys and values that the state keeps, as far as they are known. */
  private static List<Type> storedTypes(StateOperation operation) {
    if (operation instanceof StateOperation.MapWithState map) {
      if (map.alwaysEmits()) {
        List<Type> types = FunctionTypes.of(map.function(), Function3.class);
        return List.of(types.get(0), argument(types.get(2), 0));
      }
      List<Type> types = FunctionTypes.of(map.function(), Function4.class);
      return List.of(types.get(1), argument(types.get(3), 0));
    }
    if (operation instanceof StateOperation.UpdateByKey update) {
      return updatedTypes(update.function());
    }
    if (operation instanceof StateOperation.UpdatePartition update) {
      List<Type> types =
          update.function() instanceof KeysUpdate keys
              ? FunctionTypes.of(keys.function(), Function.class)
              : FunctionTypes.of(update.function(), Function2.class);
      Type pair = argument(types.get(types.size() - 1), 0);
      return List.of(argument(pair, 0), argument(pair, 1));
    }
    if (operation instanceof StateOperation.WindowReduce window) {
      return FunctionTypes.of(window.reduce(), Function2.class);
    }
    return List.of();
  }

  private static List<Type> updatedTypes(Object function) {
    List<Type> stored = new ArrayList<>();
    List<Type> types;
    if (function instanceof ValuesUpdate values) {
      types = FunctionTypes.of(values.function(), Function2.class);
    } else {
      types = FunctionTypes.of(function, Function4.class);
      stored.add(types.get(1));
    }
    // The last two are the state before and after.
    stored.add(argument(types.get(types.size() - 2), 0));
    stored.add(argument(types.get(types.size() - 1), 0));
    return stored;
  }

  private static Type argument(Type type, int index) {
    return type instanceof ParameterizedType generic
            && generic.getActualTypeArguments().length > index
        ? generic.getActualTypeArguments()[index]
        : Object.class;
  }
}
