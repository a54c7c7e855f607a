package org.millrace.api;

import java.util.List;
import java.util.concurrent.Future;

/**
 * The result of an action that runs while its caller goes on.
 *
 * <p>{@link #get()} throws an {@link java.util.concurrent.ExecutionException} whose cause is the
 * {@link org.millrace.api.error.MillraceException} that the action would throw. {@link #cancel}
 * ends the action's job on the executors, whatever its argument; tasks that are in a function of
 * the program end after it. May be used from any thread.
 *
 * @param <T> type of the result
 */
public interface FutureAction<T> extends Future<T> {
  /** The numbers of the jobs that were begun so far; most actions are one job. */
  List<Integer> jobIds();
}
