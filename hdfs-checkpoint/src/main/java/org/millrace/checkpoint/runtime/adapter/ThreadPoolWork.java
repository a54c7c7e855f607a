package org.millrace.checkpoint.runtime.adapter;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.BlockingWork;

/**
 * Blocking work on daemon threads named {@code prefix-name-n}, a bounded number for each name.
 * Thread-safe. Work waits in order of submission for a thread of its name; threads that are idle
 * for a minute end.
 */
public final class ThreadPoolWork implements BlockingWork, AutoCloseable {

  private static final long IDLE_SECONDS = 60;

  private final String prefix;
  private final int threadsPerName;
  private final ConcurrentHashMap<String, ThreadPoolExecutor> executors = new ConcurrentHashMap<>();

  /** Volatile: set once by whoever closes, read by every caller. */
  private volatile boolean closed;

  /**
   * Makes executors on demand.
   *
   * @param threadsPerName the most threads that one name gets, at least 1
   */
  public ThreadPoolWork(String prefix, int threadsPerName) {
    if (threadsPerName < 1) {
      throw new IllegalArgumentException("threadsPerName is " + threadsPerName + ", at least 1");
    }
    this.prefix = Objects.requireNonNull(prefix);
    this.threadsPerName = threadsPerName;
  }

  @Override
  public <T> CompletableFuture<T> run(String name, Callable<T> work) {
    Objects.requireNonNull(work);
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      executor(name).execute(() -> complete(answer, work));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(
          new MillraceException(
              ErrorCode.INTERNAL,
              "Executor '%s-%s' is closed and takes no work".formatted(prefix, name),
              e));
    }
    return answer;
  }

  private static <T> void complete(CompletableFuture<T> answer, Callable<T> work) {
    T value;
    try {
      value = work.call();
    } catch (Throwable fault) {
      answer.completeExceptionally(fault);
      return;
    }
    answer.complete(value);
  }

  private ThreadPoolExecutor executor(String name) {
    ThreadPoolExecutor executor = executors.computeIfAbsent(name, this::newExecutor);
    if (closed) {
      executor.shutdown();
    }
    return executor;
  }

  private ThreadPoolExecutor newExecutor(String name) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            threadsPerName,
            threadsPerName,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads(prefix + "-" + name));
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  private static ThreadFactory threads(String name) {
    AtomicInteger number = new AtomicInteger();
    return runnable -> {
      Thread thread = new Thread(runnable, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Refuses further work and lets what was accepted finish in the background: it may hang on a
   * remote system, so nobody waits for it here.
   */
  @Override
  public void close() {
    closed = true;
    executors.values().forEach(ThreadPoolExecutor::shutdown);
  }
}
