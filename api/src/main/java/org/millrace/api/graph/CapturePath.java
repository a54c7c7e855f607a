package org.millrace.api.graph;

import java.util.List;

/**
 * The way from a function to an object that cannot be serialized.
 *
 * @param rootType class of the function
 * @param steps the fields, captured variables and elements on the way, each as people name it
 * @param culprit the object at the end
 */
record CapturePath(String rootType, List<String> steps, Object culprit) {
  CapturePath {
    steps = List.copyOf(steps);
  }

  String describe() {
    StringBuilder text = new StringBuilder(rootType);
    for (String step : steps) {
      text.append(" -> ").append(step);
    }
    return text.append(" is not Serializable").toString();
  }
}
