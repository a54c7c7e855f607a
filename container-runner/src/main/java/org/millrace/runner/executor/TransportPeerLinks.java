package org.millrace.runner.executor;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.FrameLayout;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.PeerLinkBroken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links over a transport, opened by the first frame and named {@code executor-<id>}. Thread-safe;
 * membership and retries belong to the control loop.
 *
 * <p>A frame to an executor that membership has not announced yet waits until it is.
 */
final class TransportPeerLinks implements PeerLinks {

  private static final Logger LOG = LoggerFactory.getLogger(TransportPeerLinks.class);
  private static final long RETRY_MS = 200;

  private final int self;
  private final Transport transport;
  private final Loop loop;
  private final PeerInbox inbox;
  private final DriverOutlet driver;
  private final ConcurrentMap<Integer, PeerLink> links = new ConcurrentHashMap<>();

  /** Volatile: replaced whole by the control loop, read by senders. */
  private volatile LivingExecutors living = LivingExecutors.NONE_KNOWN;

  /** Volatile: set once by the control loop, read by senders. */
  private volatile boolean closed;

  /** Volatile: set by the control loop, read by senders. */
  private volatile long attempt;

  TransportPeerLinks(
      int self, long attempt, ExecutorEnvironment environment, PeerInbox inbox, Connection driver) {
    this.self = self;
    this.attempt = attempt;
    this.inbox = inbox;
    this.driver = new DriverOutlet(attempt, driver);
    transport = environment.transport();
    loop = environment.controlLoop();
  }

  @Override
  public int self() {
    return self;
  }

  @Override
  public void send(int executorId, Frame frame) {
    if (executorId == self) {
      inbox.deliver(self, frame);
      return;
    }
    PeerLink link = link(executorId);
    if (link == null) {
      return;
    }
    Frame stamped = withEpoch(frame);
    FrameLayout.checkedSizeBytes(stamped);
    if (link.send(stamped)) {
      connect(executorId, link);
    }
  }

  @Override
  public boolean isWritable(int executorId) {
    PeerLink link = executorId == self ? null : link(executorId);
    return link == null || link.isWritable();
  }

  @Override
  public void onWritable(int executorId, Runnable action) {
    PeerLink link = executorId == self ? null : link(executorId);
    if (link == null) {
      action.run();
    } else {
      link.onWritable(action);
    }
  }

  @Override
  public boolean driverByReference() {
    return driver.byReference();
  }

  @Override
  public void sendToDriver(Envelope.Builder message, Object payloadOrNull) {
    driver.send(message, payloadOrNull);
  }

  /** On the control loop: what is for the driver waits for {@link #serve}. */
  void holdForDriver() {
    driver.hold();
  }

  /** On the control loop: the driver that it waits for did not answer. */
  void dropForDriver() {
    driver.drop();
  }

  /** On the control loop: another driver is served from now on. */
  void serve(long newAttempt, Connection connection) {
    attempt = newAttempt;
    driver.serve(newAttempt, connection);
  }

  /** On the control loop: opens what waited for an address, closes what is lost. */
  void onMembership(LivingExecutors now) {
    living = now;
    links.forEach(
        (executorId, link) -> {
          if (now.isLost(executorId)) {
            links.remove(executorId, link);
            link.close();
          } else {
            connect(executorId, link);
          }
        });
  }

  /** On the control loop: drops everything. */
  void close() {
    closed = true;
    links.values().forEach(PeerLink::close);
  }

  /** Null when frames to this executor are to be dropped. */
  private PeerLink link(int executorId) {
    if (closed || living.isLost(executorId)) {
      return null;
    }
    PeerLink link = links.computeIfAbsent(executorId, id -> new PeerLink());
    if (closed || living.isLost(executorId)) {
      // Membership or the end came in between and may not have seen this link.
      links.remove(executorId, link);
      link.close();
      return null;
    }
    return link;
  }

  private void connect(int executorId, PeerLink link) {
    Optional<Address> address = living.address(executorId);
    if (closed || address.isEmpty() || !link.beginConnecting()) {
      return;
    }
    transport
        .connect(address.get(), PeerInbox.NAME_PREFIX + self, new Outgoing(executorId, link))
        .handle(
            (connection, failure) -> {
              onConnect(executorId, link, connection, failure);
              return link;
            })
        .exceptionally(
            fault -> {
              LOG.error("The link to executor {} cannot be used", executorId, fault);
              return null;
            });
  }

  private void onConnect(int executorId, PeerLink link, Connection connection, Throwable failure) {
    if (failure == null) {
      link.onConnected(connection);
      return;
    }
    link.onConnectFailed();
    if (!closed) {
      LOG.warn(
          "Executor {} does not answer and is tried again as long as it is a member: {}",
          executorId,
          failure.toString());
      loop.schedule(RETRY_MS, () -> connect(executorId, link));
    }
  }

  private Frame withEpoch(Frame frame) {
    long stamp = attempt;
    if (frame.envelope().getEpoch() == stamp) {
      return frame;
    }
    return new Frame(frame.envelope().toBuilder().setEpoch(stamp).build(), frame.payload());
  }

  /** The sending end of a link; the other side answers on a link of its own. */
  private final class Outgoing implements FrameHandler {
    private final int executorId;
    private final PeerLink link;

    Outgoing(int executorId, PeerLink link) {
      this.executorId = executorId;
      this.link = link;
    }

    @Override
    public void onFrame(Connection connection, Frame frame) {
      LOG.warn(
          "Executor {} sent a {} on the link that it was connected by: dropped",
          executorId,
          frame.envelope().getMessageCase());
    }

    @Override
    public void onClosed(Connection connection, Optional<Throwable> cause) {
      if (link.onClosed(connection) && !closed) {
        LOG.warn(
            "The link to executor {} broke{}",
            executorId,
            cause.map(fault -> ": " + fault).orElse(" without a word"));
        // Blocks are copied again and fetches time out; what a shuffle lost only the driver can
        // mend.
        sendToDriver(
            Envelope.newBuilder()
                .setPeerLinkBroken(PeerLinkBroken.newBuilder().setExecutorId(executorId)),
            null);
      }
    }
  }
}
