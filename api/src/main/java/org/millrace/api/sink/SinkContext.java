package org.millrace.api.sink;

import java.util.Objects;

/**
 * Which output of which application is written, by which driver. Immutable.
 *
 * @param application the application's identity: the same in all drivers that go on from one
 *     checkpoint, another one for each application that starts anew
 * @param outputId the name that the program gave the output; no other output of the program has it
 * @param epoch of the driver; a driver that goes on from the checkpoint of another one has a larger
 *     one
 */
public record SinkContext(String application, String outputId, long epoch) {
  /** Checks that everything is given. */
  public SinkContext {
    Objects.requireNonNull(application, "application");
    Objects.requireNonNull(outputId, "outputId");
  }
}
