package org.millrace.am.web;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.millrace.am.driver.ApplicationStatus;
import org.millrace.api.error.MillraceException;

/**
 * What the application's site answers to a path: the page and the REST answers. Thread-safe.
 * Nothing is loaded before the first request.
 */
public final class Site {
  private static final int USUAL_BATCHES = 100;
  private static final int MOST_BATCHES = 100_000;
  private static final String API = "/api/v1/";
  private static final String STREAMING = API + "streaming/";
  private static final String STORAGE = API + "storage/rdd";

  private final IntFunction<ApplicationStatus> status;
  private final StatusJson statusJson = new StatusJson();

  /**
   * @param status gives the application as it is now, with at most so many batches; throws a
   *     MillraceException when the driver does not answer
   */
  public Site(IntFunction<ApplicationStatus> status) {
    this.status = Objects.requireNonNull(status, "status");
  }

  /**
   * Answers a GET.
   *
   * @param path decoded, with a slash at its beginning
   * @param rawQuery as it was sent, null for none
   */
  public Answer answer(String path, String rawQuery) {
    try {
      if (path.equals("/")) {
        return LoadedPage.ANSWER;
      }
      if (path.equals(API + "status")) {
        int batches = Query.parse(rawQuery).integer("batches", MOST_BATCHES, USUAL_BATCHES);
        return ok(statusJson.write(status.apply(batches)));
      }
      if (path.startsWith(STREAMING)) {
        return streaming(path.substring(STREAMING.length()), Query.parse(rawQuery));
      }
      if (path.equals(STORAGE)) {
        return ok(StorageJson.datasets(status.apply(0)));
      }
      if (path.startsWith(STORAGE + "/")) {
        String id = path.substring(STORAGE.length() + 1);
        return one("dataset", id, number -> StorageJson.dataset(status.apply(0), number));
      }
      throw RequestProblem.notFound(
          "there is no "
              + path
              + "; there are /, "
              + API
              + "status, "
              + STORAGE
              + ", one of its datasets behind it and, in "
              + STREAMING
              + ", statistics, receivers and batches");
    } catch (RequestProblem problem) {
      return problem.answer();
    } catch (MillraceException unavailable) {
      return Answer.error(503, "the driver does not answer: " + unavailable.getMessage());
    }
  }

  private Answer streaming(String path, Query query) {
    String[] parts = path.split("/", -1);
    if (parts.length == 1) {
      switch (parts[0]) {
        case "statistics":
          return ok(StreamingJson.statistics(all()));
        case "receivers":
          return ok(StreamingJson.receivers(all()));
        case "batches":
          return ok(StreamingJson.batches(all(), batchStatus(query)));
        default:
          break;
      }
    }
    if (parts.length == 2 && parts[0].equals("receivers")) {
      return one("receiver", parts[1], id -> StreamingJson.receiver(all(), id));
    }
    if (parts.length == 2 && parts[0].equals("batches")) {
      return one("batch", parts[1], id -> StreamingJson.batch(all(), id));
    }
    throw RequestProblem.notFound(
        "there is no "
            + STREAMING
            + path
            + "; there are statistics, receivers, receivers/ID, batches and batches/ID");
  }

  private ApplicationStatus all() {
    return status.apply(MOST_BATCHES);
  }

  private static Optional<String> batchStatus(Query query) {
    Optional<String> wanted = query.text("status").map(text -> text.toUpperCase(Locale.ROOT));
    if (wanted.isPresent() && !StreamingJson.batchStatuses().contains(wanted.get())) {
      throw RequestProblem.badRequest(
          "status is '"
              + query.text("status").get()
              + "': expected one of "
              + String.join(", ", StreamingJson.batchStatuses()));
    }
    return wanted;
  }

  private static Answer one(String what, String id, Function<Long, Optional<byte[]>> find) {
    long number;
    try {
      number = Long.parseLong(id);
    } catch (NumberFormatException notANumber) {
      throw RequestProblem.badRequest("the " + what + " is '" + id + "': expected its number");
    }
    return ok(
        find.apply(number)
            .orElseThrow(
                () ->
                    RequestProblem.notFound("there is no " + what + " " + number + " (any more)")));
  }

  private static Answer ok(byte[] json) {
    return Answer.json(200, json);
  }

  /** Loaded when it is first asked for. */
  private static final class LoadedPage {
    static final Answer ANSWER = Page.load();

    private LoadedPage() {}
  }
}
