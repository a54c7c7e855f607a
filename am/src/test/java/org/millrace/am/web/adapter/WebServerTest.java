package org.millrace.am.web.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.am.web.FakeApplication;

@Timeout(240)
class WebServerTest {
  private final FakeApplication application = new FakeApplication();
  private final WebServer server = WebServer.start("localhost", application);
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofMinutes(1)).build();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void servesStatusAsJson() throws Exception {
    application.name = "\"<b>\u2028name";

    HttpResponse<String> response = send("GET", "/api/v1/status?batches=5");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(header(response, "Content-Type")).isEqualTo("application/json; charset=utf-8");
    assertThat(new ObjectMapper().readTree(response.body()).get("name").asText())
        .isEqualTo(application.name);
  }

  @Test
  void everyAnswerHasTheSecurityHeaders() throws Exception {
    for (String path : new String[] {"/", "/api/v1/status", "/nowhere"}) {
      HttpResponse<String> response = send("GET", path);

      assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
      assertThat(header(response, "Referrer-Policy")).isEqualTo("no-referrer");
      assertThat(header(response, "Content-Security-Policy")).startsWith("default-src 'none'");
    }
  }

  @Test
  void pageHoldsNothingOfTheApplication() throws Exception {
    application.name = "<script>alert(1)</script>";

    HttpResponse<String> response = send("GET", "/");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).doesNotContain("alert(1)");
  }

  @Test
  void headHasTheLengthAndNoBody() throws Exception {
    HttpResponse<String> got = send("GET", "/");
    HttpResponse<String> head = send("HEAD", "/");

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(header(head, "Content-Length")).isEqualTo(header(got, "Content-Length"));
    assertThat(send("HEAD", "/nowhere").statusCode()).isEqualTo(404);
  }

  @Test
  void otherMethodsAreRefused() throws Exception {
    for (String method : new String[] {"POST", "PUT", "DELETE", "OPTIONS"}) {
      HttpResponse<String> response = send(method, "/api/v1/status");

      assertThat(response.statusCode()).as(method).isEqualTo(405);
      assertThat(header(response, "Allow")).isEqualTo("GET, HEAD");
      assertThat(new ObjectMapper().readTree(response.body()).get("status").asInt()).isEqualTo(405);
    }
  }

  @Test
  void errorsComeAsJson() throws Exception {
    HttpResponse<String> wrong = send("GET", "/api/v1/status?batches=x");
    HttpResponse<String> missing = send("GET", "/api/v1/streaming/batches/12");

    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(new ObjectMapper().readTree(wrong.body()).get("error").asText())
        .isEqualTo("batches is 'x': expected a whole number from 0 to 100000");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(new ObjectMapper().readTree(missing.body()).get("error").asText())
        .isEqualTo("there is no batch 12 (any more)");
  }

  @Test
  void faultIsAnsweredAndTheServerLives() throws Exception {
    try (WebServer faulty =
        WebServer.start(
            "localhost",
            most -> {
              throw new IllegalStateException("a fault of ours");
            })) {
      HttpResponse<String> response = send("GET", faulty.port(), "/api/v1/status");

      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(response.body()).contains("a fault of ours");
      assertThat(send("GET", faulty.port(), "/").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void closedServerTakesNoConnection() throws Exception {
    assertThat(send("GET", "/").statusCode()).isEqualTo(200);

    server.close();

    HttpClient fresh = HttpClient.newBuilder().connectTimeout(Duration.ofMinutes(1)).build();
    assertThatThrownBy(
            () -> fresh.send(request("GET", server.port(), "/"), BodyHandlers.ofString()))
        .isInstanceOf(ConnectException.class);
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return send(method, server.port(), path);
  }

  private HttpResponse<String> send(String method, int port, String path)
      throws IOException, InterruptedException {
    return client.send(request(method, port, path), BodyHandlers.ofString());
  }

  private static HttpRequest request(String method, int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofMinutes(1))
        .method(method, BodyPublishers.noBody())
        .build();
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
