package org.millrace.am.web.adapter;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.millrace.am.driver.ApplicationStatus;
import org.millrace.am.web.Answer;
import org.millrace.am.web.Site;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the application's page and its REST answers over HTTP with the server of the JDK. It reads
 * only: any method but GET and HEAD is refused. Thread-safe.
 */
public final class WebServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);
  private static final int THREADS = 4;
  private static final int NO_BODY = -1;
  private static final AtomicInteger THREAD_NUMBER = new AtomicInteger();

  private final HttpServer server;
  private final ExecutorService threads;
  private final Site site;

  private WebServer(HttpServer server, ExecutorService threads, Site site) {
    this.server = server;
    this.threads = threads;
    this.site = site;
  }

  /**
   * Starts on a free port; on the loopback address alone when {@code host} is localhost.
   *
   * @param status gives the application with at most so many batches; called from several threads
   */
  public static WebServer start(String host, IntFunction<ApplicationStatus> status) {
    configureServer();
    try {
      InetSocketAddress address =
          host.equals("localhost")
              ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
              : new InetSocketAddress(0);
      HttpServer server = HttpServer.create(address, 0);
      ExecutorService threads = Executors.newFixedThreadPool(THREADS, WebServer::thread);
      WebServer web = new WebServer(server, threads, new Site(status));
      server.setExecutor(threads);
      server.createContext("/", web::handle);
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

  /** Ends at once; requests under way are broken off. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /**
   * The JDK's server has its settings in system properties, which it reads once. Without the first
   * each answer on a kept connection waits 40 ms for an acknowledgement; without the others a
   * client that sends half a request, or does not read, keeps a thread for ever.
   */
  private static void configureServer() {
    setIfAbsent("sun.net.httpserver.nodelay", "true");
    setIfAbsent("sun.net.httpserver.maxReqTime", "5");
    setIfAbsent("sun.net.httpserver.maxRspTime", "60");
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static Thread thread(Runnable run) {
    Thread thread = new Thread(run, "millrace-web-" + THREAD_NUMBER.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      if (!head && !method.equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, Answer.error(405, "only GET and HEAD are served, not " + method), head);
        return;
      }
      send(exchange, answer(exchange), head);
    }
  }

  private Answer answer(HttpExchange exchange) {
    try {
      return site.answer(
          exchange.getRequestURI().getPath(), exchange.getRequestURI().getRawQuery());
    } catch (RuntimeException | LinkageError fault) {
      LOG.error("the application's page cannot answer {}", exchange.getRequestURI(), fault);
      return Answer.error(500, "a fault in the application's page: " + fault);
    }
  }

  private static void send(HttpExchange exchange, Answer answer, boolean head) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", answer.contentType());
    headers.set("Content-Security-Policy", answer.contentSecurityPolicy());
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cache-Control", "no-store");
    if (head) {
      headers.set("Content-Length", Integer.toString(answer.body().length));
      exchange.sendResponseHeaders(answer.status(), NO_BODY);
    } else {
      exchange.sendResponseHeaders(answer.status(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    }
  }
}
