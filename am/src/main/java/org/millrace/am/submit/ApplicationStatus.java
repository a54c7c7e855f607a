package org.millrace.am.submit;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.am.FailureLine;

/**
 * What YARN knows about an application. Immutable.
 *
 * @param id YARN's name of it
 * @param name the user's name of it
 * @param user who submitted it
 * @param queue in which it runs
 * @param state YARN's word, such as {@code ACCEPTED} or {@code RUNNING}
 * @param outcome {@code UNDEFINED} until it has ended, then {@code SUCCEEDED}, {@code FAILED} or
 *     {@code KILLED}
 * @param progress from 0 to 1
 * @param host of the driver, empty until it runs
 * @param trackingUrl of the driver's page through the ResourceManager's proxy, may be empty
 * @param diagnostics why it is where it is, may be empty
 * @param startedMs when it was submitted, milliseconds since the epoch
 * @param finishedMs when it ended, 0 until then
 */
public record ApplicationStatus(
    String id,
    String name,
    String user,
    String queue,
    String state,
    String outcome,
    float progress,
    String host,
    String trackingUrl,
    String diagnostics,
    long startedMs,
    long finishedMs) {

  private static final Pattern FAILED_LAUNCH =
      Pattern.compile(
          "exitCode: (-?\\d+).*?Last \\d+ bytes of stderr :(.*?)(?:\\[\\d{4}-\\d\\d-\\d\\d |For more detailed|$)");

  public ApplicationStatus {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(outcome, "outcome");
  }

  /** The diagnostics in one line; of a driver that did not start, what it wrote last. */
  public String reason() {
    String line = FailureLine.oneLine(diagnostics);
    Matcher launch = FAILED_LAUNCH.matcher(line);
    return launch.find()
        ? "the driver's process ended with exit code %s: %s"
            .formatted(launch.group(1), launch.group(2).strip())
        : line;
  }

  /** Whether a driver runs. */
  public boolean isRunning() {
    return state.equals("RUNNING");
  }

  /** Whether it has ended in any way. */
  public boolean isOver() {
    return !outcome.equals("UNDEFINED");
  }

  /** Whether it has ended as it should. */
  public boolean isSucceeded() {
    return outcome.equals("SUCCEEDED");
  }
}
