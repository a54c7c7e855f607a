package org.millrace.am.submit;

import java.io.IOException;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.records.ApplicationAttemptId;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.SignalContainerCommand;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.ApplicationNotFoundException;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.spi.StopMode;
import org.millrace.checkpoint.runtime.Randomness;

/**
 * A connection to the cluster that Hadoop's configuration names, for commands. Not thread-safe.
 *
 * <p>The configuration is what the context class loader finds as {@code core-site.xml} and so on.
 */
public final class Cluster implements AutoCloseable {
  /** What applications of this framework are called in YARN. */
  public static final String APPLICATION_TYPE = "MILLRACE";

  private static final int LONGEST_WAIT_MS = 15_000;
  private static final int RETRY_MS = 1_000;

  private final Configuration configuration;
  private final YarnClient yarn;

  private Cluster(Configuration configuration, YarnClient yarn) {
    this.configuration = configuration;
    this.yarn = yarn;
  }

  /** Makes the connection; whether the cluster answers shows with the first question. */
  public static Cluster connect() {
    return connect(Optional.empty());
  }

  /** Makes the connection in the name of a keytab's principal, when the cluster wants Kerberos. */
  public static Cluster connect(Optional<Keytab> keytab) {
    Configuration configuration = new YarnConfiguration();
    // A person waits: Hadoop's own 15 minutes are for daemons.
    configuration.setLong(YarnConfiguration.RESOURCEMANAGER_CONNECT_MAX_WAIT_MS, LONGEST_WAIT_MS);
    configuration.setLong(YarnConfiguration.RESOURCEMANAGER_CONNECT_RETRY_INTERVAL_MS, RETRY_MS);
    configuration.setInt("ipc.client.connect.max.retries", 3);
    Login.require(configuration, keytab);
    YarnClient yarn = YarnClient.createYarnClient();
    yarn.init(configuration);
    yarn.start();
    return new Cluster(configuration, yarn);
  }

  /**
   * Submits a program and returns the application's id.
   *
   * @param randomness fit for secrets
   */
  public String submit(
      Submission submission, ClientFiles client, Randomness randomness, ProgressLines progress) {
    Submitter submitter = new Submitter(configuration, client, randomness, progress);
    String id = submitter.submit(yarn, submission).toString();
    progress.say("submitted " + id);
    return id;
  }

  /** Applications of this framework, the newest first; those that have ended only on demand. */
  public List<ApplicationStatus> applications(boolean endedAsWell) {
    EnumSet<YarnApplicationState> states = EnumSet.allOf(YarnApplicationState.class);
    if (!endedAsWell) {
      states.removeAll(
          EnumSet.of(
              YarnApplicationState.FINISHED,
              YarnApplicationState.FAILED,
              YarnApplicationState.KILLED));
    }
    return ask(
            "Applications cannot be listed",
            () -> yarn.getApplications(Set.of(APPLICATION_TYPE), states))
        .stream()
        .sorted(Comparator.comparing(ApplicationReport::getApplicationId).reversed())
        .map(Cluster::status)
        .toList();
  }

  /** What YARN knows about an application. */
  public ApplicationStatus status(String id) {
    return status(report(id));
  }

  /**
   * Asks the driver to stop. YARN carries the request as a signal to the driver's container and
   * refuses callers who may not modify the application.
   */
  public void stop(String id, StopMode mode) {
    ApplicationReport report = report(id);
    if (report.getYarnApplicationState() != YarnApplicationState.RUNNING) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "%s is %s, only a running application can be stopped%s"
              .formatted(
                  id,
                  report.getYarnApplicationState(),
                  status(report).isOver() ? "" : "; 'millrace kill " + id + "' ends it"));
    }
    ApplicationAttemptId attempt = report.getCurrentApplicationAttemptId();
    change(
        report,
        "The driver of " + id + " cannot be asked to stop",
        () -> {
          ContainerId container = yarn.getApplicationAttemptReport(attempt).getAMContainerId();
          yarn.signalToContainer(container, SignalContainerCommand.GRACEFUL_SHUTDOWN);
          if (mode == StopMode.NOW) {
            yarn.signalToContainer(container, SignalContainerCommand.GRACEFUL_SHUTDOWN);
          }
          return container;
        });
  }

  /** Has YARN end all processes of an application. */
  public void kill(String id) {
    ApplicationReport report = report(id);
    change(
        report,
        id + " cannot be killed",
        () -> {
          yarn.killApplication(report.getApplicationId(), "Killed by 'millrace kill'");
          return report;
        });
  }

  /** Writes the logs of all containers to standard output; returns whether there were any. */
  public boolean printLogs(String id) {
    ApplicationReport report = report(id);
    ApplicationLogs logs = new ApplicationLogs(configuration, yarn, System.out);
    return ask(
        "The logs of " + id + " cannot be read",
        () ->
            isFinal(report.getYarnApplicationState())
                ? logs.printAggregated(report)
                : logs.printOfRunning(report));
  }

  @Override
  public void close() {
    yarn.stop();
  }

  private ApplicationReport report(String id) {
    ApplicationId application = parse(id);
    return ask(
        "The status of " + id + " cannot be read", () -> yarn.getApplicationReport(application));
  }

  private static ApplicationId parse(String id) {
    try {
      return ApplicationId.fromString(id);
    } catch (IllegalArgumentException notAnId) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT,
          "'%s' is not an application id such as application_1700000000000_0001".formatted(id));
    }
  }

  /** A question that changes an application, which YARN allows its owner and few others. */
  private <T> void change(ApplicationReport report, String failure, Question<T> question) {
    String caller;
    try {
      caller = UserGroupInformation.getCurrentUser().getShortUserName();
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.AUTHENTICATION_FAILED, failure + ": it is not known who you are", e);
    }
    ask(
        failure,
        () -> {
          try {
            return question.ask();
          } catch (YarnException refused) {
            if (caller.equals(report.getUser())) {
              throw refused;
            }
            throw new MillraceException(
                ErrorCode.NOT_PERMITTED,
                "%s by %s: it belongs to %s, who can allow others with millrace.yarn.modifyAcl"
                    .formatted(failure, caller, report.getUser()),
                refused);
          }
        });
  }

  private <T> T ask(String failure, Question<T> question) {
    try {
      return question.ask();
    } catch (ApplicationNotFoundException unknown) {
      throw new MillraceException(
          ErrorCode.INVALID_ARGUMENT, failure + ": the ResourceManager knows no such application");
    } catch (YarnException | IOException e) {
      throw new MillraceException(
          ErrorCode.CLUSTER_UNAVAILABLE,
          failure + " (ResourceManager " + configuration.get(YarnConfiguration.RM_ADDRESS) + ")",
          e);
    }
  }

  private static ApplicationStatus status(ApplicationReport report) {
    boolean over = report.getFinalApplicationStatus() != FinalApplicationStatus.UNDEFINED;
    return new ApplicationStatus(
        report.getApplicationId().toString(),
        report.getName(),
        report.getUser(),
        report.getQueue(),
        report.getYarnApplicationState().name(),
        over && isFinal(report.getYarnApplicationState())
            ? report.getFinalApplicationStatus().name()
            : FinalApplicationStatus.UNDEFINED.name(),
        report.getProgress(),
        Objects.requireNonNullElse(report.getHost(), ""),
        Objects.requireNonNullElse(report.getTrackingUrl(), ""),
        Objects.requireNonNullElse(report.getDiagnostics(), ""),
        report.getStartTime(),
        report.getFinishTime());
  }

  private static boolean isFinal(YarnApplicationState state) {
    return switch (state) {
      case FINISHED, FAILED, KILLED -> true;
      case NEW, NEW_SAVING, SUBMITTED, ACCEPTED, RUNNING -> false;
    };
  }

  /** A question to the ResourceManager. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws YarnException, IOException;
  }
}
