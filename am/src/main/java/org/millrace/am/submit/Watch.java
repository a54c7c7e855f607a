package org.millrace.am.submit;

import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Clock;

/** Follows an application and tells each change. Owned by the thread of its command. */
public final class Watch {
  private static final long OFTEN_MS = 100;
  private static final long SELDOM_MS = 500;
  private static final long NANOS_PER_MS = 1_000_000;
  private static final long SIGN_OF_LIFE_MS = 10_000;

  private final Cluster cluster;
  private final String id;
  private final Clock clock;
  private final Pause pause;
  private final ProgressLines progress;

  private String toldState = "";
  private String toldUrl = "";

  /** Follows the application of this id. */
  public Watch(Cluster cluster, String id, Clock clock, Pause pause, ProgressLines progress) {
    this.cluster = Objects.requireNonNull(cluster, "cluster");
    this.id = Objects.requireNonNull(id, "id");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.pause = Objects.requireNonNull(pause, "pause");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /** Returns when the driver runs, or the application is over before that. */
  public ApplicationStatus untilRunning() {
    return until(status -> status.isRunning() || status.isOver(), Long.MAX_VALUE, "to run");
  }

  /** Returns when the application is over. */
  public ApplicationStatus untilOver() {
    return until(ApplicationStatus::isOver, Long.MAX_VALUE, "to end");
  }

  /**
   * Returns when the application is over.
   *
   * @throws MillraceException with code TIMED_OUT when that takes longer
   */
  public ApplicationStatus untilOver(long timeoutMs) {
    return until(ApplicationStatus::isOver, timeoutMs, "to end");
  }

  private ApplicationStatus until(
      Predicate<ApplicationStatus> condition, long timeoutMs, String what) {
    long startNanos = clock.nanoTime();
    long nextSignMs = SIGN_OF_LIFE_MS;
    while (true) {
      ApplicationStatus status = cluster.status(id);
      tell(status);
      if (condition.test(status)) {
        return status;
      }
      long elapsedMs = (clock.nanoTime() - startNanos) / NANOS_PER_MS;
      if (elapsedMs >= timeoutMs) {
        throw new MillraceException(
            ErrorCode.TIMED_OUT,
            "Waited %d s for %s %s, it is %s; 'millrace kill %s' ends it in any case"
                .formatted(timeoutMs / 1000, id, what, status.state(), id));
      }
      if (elapsedMs >= nextSignMs && timeoutMs != Long.MAX_VALUE) {
        progress.say("still waiting for " + id + " " + what);
        nextSignMs += SIGN_OF_LIFE_MS;
      }
      pause.pauseMs(status.isRunning() ? SELDOM_MS : OFTEN_MS);
    }
  }

  private void tell(ApplicationStatus status) {
    if (!status.state().equals(toldState)) {
      toldState = status.state();
      progress.say(line(status));
    }
    String url = status.trackingUrl();
    if (status.isRunning() && !url.isEmpty() && !url.equals("N/A") && !url.equals(toldUrl)) {
      toldUrl = url;
      progress.say("tracking URL " + url);
    }
  }

  private static String line(ApplicationStatus status) {
    if (status.isOver()) {
      String reason = status.reason();
      return status.outcome() + (reason.isEmpty() ? "" : ": " + reason);
    }
    return switch (status.state()) {
      case "ACCEPTED" -> "accepted, waiting for a container of the driver";
      case "RUNNING" -> "driver runs on " + status.host();
      default -> status.state().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }
}
