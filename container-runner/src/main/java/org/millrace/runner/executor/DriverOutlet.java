package org.millrace.runner.executor;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;

/**
 * What goes to the driver. From the moment at which a registration with another driver is written
 * until that driver has answered, messages wait: it has to hear of what happened meanwhile.
 * Thread-safe.
 */
final class DriverOutlet {
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final List<Waiting> waiting = new ArrayList<>();

  @GuardedBy("lock")
  private long attempt;

  @GuardedBy("lock")
  private boolean holding;

  /** Volatile: written under the lock, read by any thread. */
  private volatile Connection connection;

  private record Waiting(Envelope.Builder message, Object payloadOrNull) {}

  DriverOutlet(long attempt, Connection connection) {
    this.attempt = attempt;
    this.connection = connection;
  }

  /** Keeps what is sent from now on. */
  void hold() {
    lock.lock();
    try {
      holding = true;
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  /** What was kept, and what comes, is of no use: nobody answered. */
  void drop() {
    lock.lock();
    try {
      holding = false;
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Sends what was kept, and what comes, to this driver. */
  void serve(long newAttempt, Connection newConnection) {
    lock.lock();
    try {
      attempt = newAttempt;
      connection = newConnection;
      holding = false;
      waiting.forEach(each -> sendNow(each.message(), each.payloadOrNull()));
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  void send(Envelope.Builder message, Object payloadOrNull) {
    lock.lock();
    try {
      if (holding) {
        waiting.add(new Waiting(message, payloadOrNull));
      } else {
        sendNow(message, payloadOrNull);
      }
    } finally {
      lock.unlock();
    }
  }

  boolean byReference() {
    return connection.byReference();
  }

  @GuardedBy("lock")
  private void sendNow(Envelope.Builder message, Object payloadOrNull) {
    Envelope envelope = message.setEpoch(attempt).build();
    if (payloadOrNull == null) {
      connection.send(Frame.of(envelope));
    } else if (payloadOrNull instanceof ByteBuffer bytes) {
      connection.send(Frame.of(envelope, bytes));
    } else {
      connection.send(Frame.byReference(envelope, payloadOrNull));
    }
  }
}
