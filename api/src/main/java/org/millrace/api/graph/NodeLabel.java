package org.millrace.api.graph;

import java.util.Objects;
import org.millrace.api.streaming.Duration;

/**
 * What every stream of a graph is known by.
 *
 * @param id position in the order in which the program defined its streams, from 0
 * @param slide time between two datasets of the stream
 * @param name the operation: {@code "map"}
 * @param callSite the place in the program: {@code "WordCount.java:31"}
 */
public record NodeLabel(int id, Duration slide, String name, String callSite) {
  /** Checks that everything is given. */
  public NodeLabel {
    Objects.requireNonNull(slide, "slide");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(callSite, "callSite");
  }

  /** The operation and its place: {@code "map at WordCount.java:31"}. */
  public String description() {
    return name + " at " + callSite;
  }
}
