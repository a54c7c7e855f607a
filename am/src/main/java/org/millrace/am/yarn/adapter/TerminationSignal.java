package org.millrace.am.yarn.adapter;

import java.lang.reflect.Proxy;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The signal TERM, handled instead of ending the process.
 *
 * <p>The platform's only way to it is {@code sun.misc.Signal} of the module {@code
 * jdk.unsupported}, reached by reflection because the compiler warns of every direct use.
 */
final class TerminationSignal {
  private TerminationSignal() {}

  /** Runs the action for each signal, on a thread of the virtual machine. */
  static void handleWith(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ours =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                  return null;
                }
                return switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> "termination signal";
                };
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), ours);
    } catch (ReflectiveOperationException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL, "This Java runtime gives no access to the signal TERM", e);
    }
  }
}
