package org.millrace.am.driver;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.MillraceException;

/**
 * Port: the cluster manager in our words. Owned by the driver loop: all calls and all callbacks are
 * made on it.
 */
public interface ClusterResources extends AutoCloseable {

  /**
   * Begins to report to the listener; called once, before anything else. Containers of attempts
   * before are told before it returns, as far as they are known, and count as executors.
   */
  void start(Listener listener);

  /**
   * Asks until this many executors run or are on their way. A later call replaces the number; the
   * driver calls it again for a replacement of a lost executor.
   */
  void requestExecutors(int total);

  /**
   * Gives the container of this name back and makes sure that its process ends. An unknown name is
   * ignored.
   */
  void releaseExecutor(String container);

  /**
   * Tells the cluster manager how far the application is.
   *
   * @param progress from 0 to 1
   * @param diagnostics one line that says what the application is doing
   */
  void reportProgress(float progress, String diagnostics);

  /**
   * Completes, on any thread, when executors of attempts before can find this driver: whoever has
   * not come back before that is not late.
   */
  default CompletableFuture<Void> findable() {
    return CompletableFuture.completedFuture(null);
  }

  /** Stops asking and reporting; executors that still run are given back. */
  @Override
  void close();

  /** What the cluster manager tells the driver; each call on the driver loop. */
  interface Listener {

    /**
     * These containers of attempts before were kept: their executors look for this driver and
     * register by themselves.
     */
    void onExecutorsKept(Set<String> containers);

    /** A process was started in the container; it will register by itself. */
    void onExecutorLaunched(String container, String host);

    /** The container ended, or could not be launched; may be called more than once for one name. */
    void onExecutorLost(String container, String reason);

    /** The cluster manager cannot go on with this application. */
    void onFailure(MillraceException failure);

    /** Executors need these tokens from now on, those that register later too. */
    default void onTokens(byte[] sealed) {}
  }
}
