package org.millrace.am.web.adapter;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import org.millrace.am.driver.ApplicationStatus;
import org.millrace.am.web.StatusJson;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** The application's page. Thread-safe. */
public final class WebServer implements AutoCloseable {
  private static final int THREADS = 2;
  private static final int BATCHES = 100;

  private final HttpServer server;
  private final ExecutorService threads;
  private final IntFunction<ApplicationStatus> status;

  private WebServer(
      HttpServer server, ExecutorService threads, IntFunction<ApplicationStatus> status) {
    this.server = server;
    this.threads = threads;
    this.status = status;
  }

  /** Starts on a free port; on the loopback address alone when {@code host} is localhost. */
  public static WebServer start(String host, IntFunction<ApplicationStatus> status) {
    try {
      InetSocketAddress address =
          host.equals("localhost")
              ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
              : new InetSocketAddress(0);
      HttpServer server = HttpServer.create(address, 0);
      ExecutorService threads =
          Executors.newFixedThreadPool(
              THREADS,
              run -> {
                Thread thread = new Thread(run, "millrace-web");
                thread.setDaemon(true);
                return thread;
              });
      WebServer web = new WebServer(server, threads, status);
      server.setExecutor(threads);
      server.createContext("/api/v1/status", web::answerStatus);
      server.start();
      return web;
    } catch (IOException failure) {
      throw new MillraceException(
          ErrorCode.CONNECTION_FAILED,
          "the application's page cannot listen on " + host + ": " + failure.getMessage(),
          failure);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }

  private void answerStatus(HttpExchange exchange) throws IOException {
    try (exchange) {
      int code = 200;
      byte[] body;
      try {
        body = new StatusJson().write(status.apply(BATCHES));
      } catch (MillraceException unavailable) {
        code = 503;
        body = unavailable.getMessage().getBytes(StandardCharsets.UTF_8);
      }
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
      exchange.sendResponseHeaders(code, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
