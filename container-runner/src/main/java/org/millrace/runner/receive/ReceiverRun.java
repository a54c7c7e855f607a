package org.millrace.runner.receive;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.runtime.Answers;
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
 *   LOADING --loaded--&gt; BEGINNING --positions are safe--&gt; STARTED
 *   STARTED --restart--&gt; ENDING --onStop returned--&gt; PAUSED --delay--&gt; BEGINNING
 *   LOADING --cannot be loaded--&gt; STOPPED (reported as failed)
 *   LOADING, BEGINNING, STARTED, ENDING, PAUSED --stop--&gt; STOPPING --all stored is safe--&gt; STOPPED
 *   any --the block log fails--&gt; STOPPED (reported as failed)
 * </pre>
 *
 * A start is told where its sources are to be resumed. So it waits until what the start before it
 * stored with positions is safe: nothing may be resumed behind records that can still be lost.
 *
 * <p>{@code onStart} may block: {@code onStop} is called on another thread, and the next start
 * follows when {@code onStart} has returned.
 */
final class ReceiverRun {
  private enum State {
    LOADING,
    BEGINNING,
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
            stream.mark(),
            replicator.stored(),
            positions(message),
            block -> loop.execute(() -> stream.onStored(block)));
    cutter.rate().limit(message.getRecordsPerSecond());
  }

  private static List<SourcePosition> positions(StartReceiver message) {
    return message.getPositionsList().stream()
        .map(at -> SourcePosition.of(at.getSource(), at.getOffset().toByteArray()))
        .toList();
  }

  /** What was stored so far is safe. */
  void onSafe() {
    cutter.onSafe();
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
      case PAUSED, BEGINNING -> {
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

  /** The block log takes no more: nothing could be acknowledged any more. */
  void onLogFailed(Throwable cause) {
    if (state == State.STOPPED) {
      return;
    }
    LOG.error("{} ends because its block log failed", name, cause);
    abandon();
    reports.logFailed(
        "the write-ahead log of its executor failed: " + cause.getMessage(),
        cause,
        stream.mark().until());
    onStopped.run();
  }

  /** Ends at once: nobody waits for anything any more. */
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
      begin();
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

  /** Finds out where the sources are to be resumed, and starts when that is safe. */
  private void begin() {
    if (state == State.STOPPED || ending.isPresent()) {
      return;
    }
    state = State.BEGINNING;
    inUserCode(
        name,
        cutter::begin,
        begun ->
            Answers.postSuccess(stream.mark().reached(begun.safeAt()), loop, () -> start(begun)),
        error -> onProblem("it cannot be started: " + error, error));
  }

  private void start(BlockCutter.Start begun) {
    if (state != State.BEGINNING) {
      return;
    }
    Receiver<?> starting = receiver.orElseThrow();
    ReceiverSupervision current =
        new ReceiverSupervision(this, receiverId, starting, cutter, begun, stream.mark(), loop);
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
    pause = Optional.of(loop.schedule(pauseBeforeStartMs, this::begin));
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
    if (!drain && !stream.isLogged()) {
      stream.endWaiting();
    }
    Loop.Timer patience =
        loop.schedule(environment.settings().drainTimeoutMs(), stream::endWaiting);
    var unused =
        stream
            .mark()
            .reached(stream.replicator().stored())
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
