package org.millrace.am.web;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * What a request is answered with. Immutable: nobody writes to {@code body} after it was made.
 *
 * @param status the HTTP status, such as 200
 * @param contentSecurityPolicy what a browser may load and run for this answer
 */
public record Answer(int status, String contentType, String contentSecurityPolicy, byte[] body) {
  private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

  public Answer {
    Objects.requireNonNull(contentType, "contentType");
    Objects.requireNonNull(contentSecurityPolicy, "contentSecurityPolicy");
    Objects.requireNonNull(body, "body");
  }

  static Answer json(int status, byte[] body) {
    return new Answer(status, "application/json; charset=utf-8", NOTHING, body);
  }

  /** An error as JSON: {@code {"status": 404, "error": "..."}}. */
  public static Answer error(int status, String message) {
    return json(
        status,
        Json.bytes(
            json -> {
              json.writeStartObject();
              json.writeNumberField("status", status);
              json.writeStringField("error", message);
              json.writeEndObject();
            }));
  }

  static Answer html(String page, String contentSecurityPolicy) {
    return new Answer(
        200,
        "text/html; charset=utf-8",
        contentSecurityPolicy,
        page.getBytes(StandardCharsets.UTF_8));
  }
}
