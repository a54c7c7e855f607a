package org.millrace.runner.executor;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection to one driver. Owned by the control loop. */
final class DriverLink {

  /** What the process hears, on the control loop. */
  interface Listener {
    void onConnected(Connection connection);

    void onMessage(Frame frame);

    /** It does not answer; {@link #reconnect} tries it again. */
    void onUnreachable(Throwable why);

    /** The driver cannot be who it should be; trying again is of no use. */
    void onRefused(MillraceException why);

    /** The connection that stood is gone. */
    void onLost(String why);
  }

  private static final Logger LOG = LoggerFactory.getLogger(DriverLink.class);
  private static final long MAX_BACK_OFF_MS = 1_000;

  private final ExecutorEnvironment environment;
  private final ExecutorSettings settings;
  private final Address address;
  private final Loop loop;
  private final Listener listener;
  private long backOffMs;
  private Loop.Timer retry;
  private Connection connection;
  private boolean closed;

  DriverLink(
      ExecutorEnvironment environment,
      ExecutorSettings settings,
      Address address,
      Listener listener) {
    this.environment = environment;
    this.settings = settings;
    this.address = address;
    this.listener = listener;
    loop = environment.controlLoop();
    backOffMs = settings.timing().connectBackOffMs();
  }

  void connect() {
    environment
        .transport()
        .connect(address, settings.container().name(), new Handler())
        .handle(
            (opened, failure) -> {
              loop.execute(() -> onConnect(opened, failure));
              return loop;
            })
        .exceptionally(
            fault -> {
              LOG.debug("The control loop has ended while the driver was called", fault);
              return null;
            });
  }

  /** Sends what is queued, then closes. */
  void close() {
    closed = true;
    if (retry != null) {
      retry.cancel();
    }
    if (connection != null) {
      connection.close();
    }
  }

  private void onConnect(Connection opened, Throwable failure) {
    if (closed) {
      if (opened != null) {
        opened.close();
      }
      return;
    }
    if (failure == null) {
      connection = opened;
      listener.onConnected(opened);
      return;
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof MillraceException known
        && (known.code() == ErrorCode.AUTHENTICATION_FAILED
            || known.code() == ErrorCode.PROTOCOL_VIOLATION)) {
      listener.onRefused(known);
      return;
    }
    listener.onUnreachable(cause);
  }

  /** Tries again after a pause, longer each time. */
  void reconnect() {
    retry = loop.schedule(backOffMs, this::connect);
    backOffMs = Math.min(MAX_BACK_OFF_MS, backOffMs * 2);
  }

  /** Frames may come before the future of the connect does; the loop keeps their order. */
  private final class Handler implements FrameHandler {
    @Override
    public void onFrame(Connection from, Frame frame) {
      loop.execute(
          () -> {
            if (!closed) {
              listener.onMessage(frame);
            }
          });
    }

    @Override
    public void onClosed(Connection from, Optional<Throwable> cause) {
      String why = cause.map(Throwable::toString).orElse("the driver closed the connection");
      try {
        loop.execute(
            () -> {
              if (!closed) {
                listener.onLost(why);
              }
            });
      } catch (MillraceException e) {
        LOG.debug("The control loop had ended when the driver closed the connection", e);
      }
    }
  }
}
