package org.millrace.testkit.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.testkit.lab.Lab;

/** The page of an application, read through the ResourceManager's proxy. */
final class ApplicationPage {
  /** Until the driver has its page the proxy redirects to YARN's page about the application. */
  private final HttpClient http =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final Executor later = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);
  private final URI status;

  ApplicationPage(Lab lab, String application) {
    this.status =
        URI.create(lab.webAddress("rm") + "proxy/" + application + "/api/v1/status?batches=1000");
  }

  /** The newest status as JSON; empty while the page does not answer. */
  Optional<String> status() {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(status).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200 && response.body().startsWith("{")
          ? Optional.of(response.body())
          : Optional.empty();
    } catch (IOException unreachable) {
      return Optional.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** A number of the totals; -1 while the page does not answer. */
  long total(String name) {
    return status().map(json -> number(json, name)).orElse(-1L);
  }

  /** A number about images of keyed state on second executors. */
  long standby(String name) {
    return status()
        .map(json -> number(json.substring(json.indexOf("\"standby\"")), name))
        .orElse(-1L);
  }

  /** A number of the totals, asked for until the page answers. */
  long totalNow(String name) {
    return number(answer("totals", json -> true), name);
  }

  /** Containers of the executors that live; none while the page does not answer. */
  List<String> executors() {
    return executors(status().orElse(""));
  }

  /** Containers of the executors that live, asked for until the page answers. */
  List<String> executorsNow() {
    return executors(answer("executors", json -> true));
  }

  /** Container of the executor with the only receiver, asked for until it has one. */
  String receiversExecutor() {
    return receiversExecutor(
            answer("the receiver's executor", json -> receiversExecutor(json).size() == 1))
        .get(0);
  }

  /** Container of the executor with this number; none when no such executor lives. */
  List<String> executor(long id) {
    return executor(answer("executors", json -> true), id);
  }

  private static List<String> executors(String json) {
    return all(json, "\"container\":\"([^\"]+)\"");
  }

  private static List<String> receiversExecutor(String json) {
    int receivers = json.indexOf("\"receivers\"");
    List<String> ids =
        receivers < 0 ? List.of() : all(json.substring(receivers), "\"executorId\":(\\d+)");
    return ids.isEmpty() ? List.of() : executor(json, Long.parseLong(ids.get(0)));
  }

  private static List<String> executor(String json, long id) {
    return all(json, "\"id\":" + id + ",\"container\":\"([^\"]+)\"");
  }

  /** The first status that is as it is wanted. */
  private String answer(String what, Predicate<String> wanted) {
    AtomicReference<String> found = new AtomicReference<>();
    await(
        what,
        PATIENCE,
        () -> {
          status().filter(wanted).ifPresent(found::set);
          return found.get() != null;
        });
    return found.get();
  }

  /** Asks until the condition holds. */
  void await(String what, Duration timeout, Supplier<Boolean> condition) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!CompletableFuture.supplyAsync(condition, later).join()) {
      assertThat(System.nanoTime())
          .as(() -> "%s within %s; the page says %s".formatted(what, timeout, status()))
          .isLessThan(deadline);
    }
  }

  private static long number(String json, String name) {
    List<String> found = all(json, "\"" + name + "\":(-?\\d+)");
    assertThat(found).as("%s in %s", name, json).isNotEmpty();
    return Long.parseLong(found.get(0));
  }

  private static List<String> all(String json, String pattern) {
    List<String> found = new ArrayList<>();
    for (Matcher matcher = Pattern.compile(pattern).matcher(json); matcher.find(); ) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
