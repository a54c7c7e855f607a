package org.millrace.runner.receive;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.wire.proto.StartReceiver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One receiver from the driver's start to its end. Owned by the control loop; what the receiver
 * calls on its own threads comes through {@link ReceiverSupervision} and is posted there.
 *
 * <pre>
 *   LOADING --loaded--&gt; STARTED --restart--&gt; ENDING --onStop returned--&gt; PAUSED --delay--&gt; STARTED
 *   LOADING --cannot be loaded--&gt; STOPPED (reported as failed)
 *   LOADING, STARTED, ENDING, PAUSED --stop--&gt; STOPPING --all stored and copied--&gt; STOPPED
 * </pre>
 *
 * {@code onStart} may block: {@code onStop} is called on another thread, and the next start follows
 * when {@code onStart} has returned.
 */
final class ReceiverRun {
  private enum State {
    LOADING,
    STARTED,
    ENDING,
    PAUSED,
    STOPPING,
    STOPPED
  }

  private static final Logger LOG = LoggerFactory.getLogger(ReceiverRun.class);

  private final int receiverId;
  private final String name;
  private final long blockIntervalMs;
  private final ReceiverEnvironment environment;
  private final Loop loop;
  private final ReceivedStream stream;
  private final ReceiverReports reports;
  private final BlockCutter cutter;
  private final RestartBackOff backOff;
  private final Runnable onStopped;
  private State state = State.LOADING;
  private Optional<Receiver<?>> receiver = Optional.empty();
  private Optional<ReceiverSupervision> supervision = Optional.empty();
  private Optional<Loop.Timer> pause = Optional.empty();
  private long pauseBeforeStartMs;
  private Optional<Ending> ending = Optional.empty();

  /**
   * @param onStopped runs after the end was reported
   */
  ReceiverRun(
      StartReceiver message,
      ReceivedStream stream,
      ReceiverEnvironment environment,
      Runnable onStopped) {
    this.receiverId = message.getReceiverId();
    this.name = "receiver-" + receiverId;
    this.blockIntervalMs = Math.max(1, message.getBlockIntervalMs());
    this.environment = environment;
    this.loop = environment.controlLoop();
    this.stream = stream;
    this.reports = stream.reports();
    this.onStopped = onStopped;
    ReceiverSettings settings = environment.settings();
    this.backOff = new RestartBackOff(settings.restartDelayMs(), settings.maxRestartDelayMs());
    Replicator replicator = stream.replicator();
    this.cutter =
        new BlockCutter(
            stream.streamId(),
            environment,
            replicator.stored(),
            block -> loop.execute(() -> replicator.onStored(block)));
    cutter.rate().limit(message.getRecordsPerSecond());
  }

  /** So many records a second; 0 for as many as it can. */
  void limit(long recordsPerSecond) {
    cutter.rate().limit(recordsPerSecond);
  }

  /** Loads the receiver with the user's classes and starts it. */
  void begin(byte[] serializedReceiver) {
    FunctionCodec codec = new FunctionCodec(environment.userClasses());
    inUserCode(
        name,
        () -> (Receiver<?>) codec.decodeObject(serializedReceiver),
        this::onLoaded,
        this::onNotLoaded);
    scheduleInterval();
  }

  /** Whether it was told to end, or ends of its own will. */
  boolean isEnding() {
    return ending.isPresent();
  }

  boolean isThrottled() {
    return cutter.isThrottled();
  }

  /** Ends the receiver; the first call decides how. */
  void stop(Ending how) {
    if (ending.isPresent() || state == State.STOPPED) {
      return;
    }
    ending = Optional.of(how);
    cutter.rate().lift();
    switch (state) {
      case STARTED -> callOnStop();
      case PAUSED -> {
        pause.ifPresent(Loop.Timer::cancel);
        closeCutter();
      }
      case LOADING, ENDING -> LOG.debug("{} ends after what it is doing now", name);
      case STOPPING, STOPPED -> throw new IllegalStateException(name + " ends without a reason");
    }
  }

  /** A receiver calls for a restart; {@code delayMs} is negative when it leaves the delay to us. */
  void onRestart(ReceiverSupervision caller, String message, Throwable causeOrNull, long delayMs) {
    if (!isCurrent(caller) || state != State.STARTED || ending.isPresent()) {
      LOG.debug("{} asks for a restart while it is {}: {}", name, state, message, causeOrNull);
      return;
    }
    long pauseMs = delayMs >= 0 ? delayMs : backOff.nextDelayMs(caller.hasStored());
    LOG.warn("{} restarts in {} ms: {}", name, pauseMs, message, causeOrNull);
    reports.restarting(message, causeOrNull, pauseMs);
    pauseBeforeStartMs = pauseMs;
    callOnStop();
  }

  /** A receiver ends of its own will. */
  void onStop(ReceiverSupervision caller, String message, Throwable causeOrNull) {
    if (isCurrent(caller) && state != State.STOPPED) {
      stop(new Ending(true, message, Optional.ofNullable(causeOrNull)));
    }
  }

  void onProblem(String message, Throwable causeOrNull) {
    if (state != State.STOPPED) {
      reports.problem(message, causeOrNull);
    }
  }

  /** The executor ends: nobody waits for anything any more. */
  void abandon() {
    pause.ifPresent(Loop.Timer::cancel);
    supervision.ifPresent(ReceiverSupervision::end);
    boolean running = state == State.STARTED;
    state = State.STOPPED;
    inUserCode(
        name + "-stop",
        () -> {
          if (running) {
            receiver.orElseThrow().onStop();
          }
          cutter.close(0);
          return null;
        },
        nothing -> LOG.debug("{} is abandoned", name),
        error -> LOG.warn("{} failed while it was stopped", name, error));
  }

  private void onLoaded(Receiver<?> loaded) {
    if (state == State.STOPPED) {
      return;
    }
    receiver = Optional.of(loaded);
    if (ending.isPresent()) {
      closeCutter();
    } else {
      start();
    }
  }

  private void onNotLoaded(Throwable error) {
    if (state == State.STOPPED) {
      return;
    }
    LOG.error("{} cannot be loaded", name, error);
    state = State.STOPPED;
    reports.failed(
        "the receiver cannot be loaded: " + error.getMessage(), error, stream.mark().until());
    onStopped.run();
  }

  private void start() {
    if (state == State.STOPPED || ending.isPresent()) {
      return;
    }
    Receiver<?> starting = receiver.orElseThrow();
    ReceiverSupervision current =
        new ReceiverSupervision(this, receiverId, starting, cutter, stream.mark(), loop);
    supervision = Optional.of(current);
    state = State.STARTED;
    cutter.rate().restore();
    starting.attach(current);
    reports.started("");
    LOG.info("{} starts: {}", name, starting.getClass().getName());
    inUserCode(
        name,
        () -> {
          starting.onStart();
          return null;
        },
        nothing -> LOG.debug("{} is started", name),
        error -> onRestart(current, "onStart failed: " + error, error, -1));
  }

  private void callOnStop() {
    state = State.ENDING;
    cutter.rate().lift();
    supervision.ifPresent(ReceiverSupervision::end);
    Receiver<?> stopping = receiver.orElseThrow();
    inUserCode(
        name + "-stop",
        () -> {
          stopping.onStop();
          return null;
        },
        nothing -> onEnded(),
        error -> {
          onProblem("onStop failed: " + error, error);
          onEnded();
        });
  }

  private void onEnded() {
    if (state == State.STOPPED) {
      return;
    }
    if (ending.isPresent()) {
      closeCutter();
      return;
    }
    state = State.PAUSED;
    pause = Optional.of(loop.schedule(pauseBeforeStartMs, this::start));
  }

  private void closeCutter() {
    state = State.STOPPING;
    boolean drain = ending.orElseThrow().drain();
    long patienceMs = drain ? environment.settings().drainTimeoutMs() : 0;
    inUserCode(
        name + "-stop",
        () -> {
          cutter.close(patienceMs);
          return null;
        },
        nothing -> onCutterClosed(drain),
        error -> {
          onProblem("what was received cannot be stored: " + error, error);
          onCutterClosed(drain);
        });
  }

  /** All blocks have been told to the replicator before this, in the order of the loop. */
  private void onCutterClosed(boolean drain) {
    if (state == State.STOPPED) {
      return;
    }
    Replicator replicator = stream.replicator();
    if (!drain) {
      replicator.moveMarkToEnd();
    }
    Loop.Timer patience =
        loop.schedule(environment.settings().drainTimeoutMs(), replicator::moveMarkToEnd);
    var unused =
        stream
            .mark()
            .reached(replicator.stored())
            .whenComplete(
                (nothing, error) ->
                    loop.execute(
                        () -> {
                          patience.cancel();
                          finish();
                        }));
  }

  private void finish() {
    if (state == State.STOPPED) {
      return;
    }
    state = State.STOPPED;
    Ending how = ending.orElseThrow();
    LOG.info("{} is stopped at block {}: {}", name, stream.mark().until(), how.message());
    environment.marksMoved().run();
    reports.stopped(how.message(), how.cause().orElse(null), stream.mark().until());
    onStopped.run();
  }

  private void scheduleInterval() {
    loop.schedule(
        blockIntervalMs,
        () -> {
          if (state != State.STOPPED) {
            cutter.onInterval();
            scheduleInterval();
          }
        });
  }

  private boolean isCurrent(ReceiverSupervision caller) {
    return supervision.isPresent() && supervision.get() == caller;
  }

  /** Runs the work with the user's classes as context, and its end on the loop. */
  private <T> void inUserCode(
      String executor, Callable<T> work, Consumer<T> onDone, Consumer<Throwable> onError) {
    var unused =
        environment
            .blockingWork()
            .run(executor, withUserClasses(work))
            .whenComplete(
                (value, error) ->
                    loop.execute(
                        () -> {
                          if (error == null) {
                            onDone.accept(value);
                          } else {
                            onError.accept(error);
                          }
                        }));
  }

  private <T> Callable<T> withUserClasses(Callable<T> work) {
    return () -> {
      Thread thread = Thread.currentThread();
      ClassLoader before = thread.getContextClassLoader();
      thread.setContextClassLoader(environment.userClasses());
      try {
        return work.call();
      } finally {
        thread.setContextClassLoader(before);
      }
    };
  }

  /**
   * How a receiver is to end.
   *
   * @param drain whether to wait until all is stored and copied
   */
  record Ending(boolean drain, String message, Optional<Throwable> cause) {}
}
