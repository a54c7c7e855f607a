package org.millrace.api.graph;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Gives one object for all equal functions that the API itself puts around those of a program, so
 * that a graph that is made again in each batch is planned as the one before. Forgets functions
 * that nothing else refers to.
 */
public final class SharedFunctions {
  // Synchronized because the main and the batch thread define datasets.
  @GuardedBy("SharedFunctions.class")
  private static final Map<Object, WeakReference<Object>> KNOWN = new WeakHashMap<>();

  private SharedFunctions() {}

  /**
   * The function that is used for all that are equal to this one.
   *
   * @param function equal to another one only when both do the same
   */
  @SuppressWarnings("unchecked") // equal functions are of one class
  public static synchronized <F extends Record> F shared(F function) {
    WeakReference<Object> reference = KNOWN.get(function);
    Object known = reference == null ? null : reference.get();
    if (known != null) {
      return (F) known;
    }
    KNOWN.put(function, new WeakReference<>(function));
    return function;
  }
}
