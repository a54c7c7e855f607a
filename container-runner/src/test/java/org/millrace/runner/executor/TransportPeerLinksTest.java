package org.millrace.runner.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.memory.BudgetAccountant;
import org.millrace.runner.memory.MemoryShares;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.RecordingHandler;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.adapter.InProcessNetwork;
import org.millrace.runner.wire.proto.CopyPartition;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.ExecutorAddress;
import org.millrace.runner.wire.proto.FetchBlock;
import org.millrace.runner.wire.proto.FetchPartition;
import org.millrace.runner.wire.proto.FetchedPartition;
import org.millrace.runner.wire.proto.Membership;
import org.millrace.runner.wire.proto.PartitionCopied;
import org.millrace.runner.wire.proto.ShufflePage;

class TransportPeerLinksTest {
  private static final long EPOCH = 7;

  private final SimulatedTime time = SimulatedTime.inOrder();
  private final InProcessNetwork network = new InProcessNetwork();
  private final List<Throwable> faults = new ArrayList<>();
  private final Transport driver = network.newTransport();
  private final Address driverAddress =
      driver.listen(new Address("local", 0), new RecordingHandler());
  private final Node three = new Node(3);
  private final Node five = new Node(5);
  private long version;

  /** One executor as far as its links go. */
  private final class Node {
    final int id;
    final Transport transport = network.newTransport();
    final PeerInbox inbox = new PeerInbox(EPOCH, (where, fault) -> faults.add(fault));
    final Address address = transport.listen(new Address("local", 0), inbox);
    final FakeTasks tasks = new FakeTasks();
    final FakeReceivers receivers = new FakeReceivers();
    final TransportPeerLinks links;
    LivingExecutors living = LivingExecutors.NONE_KNOWN;

    Node(int id) {
      this.id = id;
      ExecutorEnvironment environment =
          new ExecutorEnvironment(
              time,
              time.loop("executor-" + id),
              transport,
              DriverFinder.NONE,
              (where, fault) -> faults.add(fault));
      Connection toDriver =
          transport.connect(driverAddress, "container", new RecordingHandler()).join();
      links = new TransportPeerLinks(id, EPOCH, environment, inbox, toDriver);
    }

    void open() {
      inbox.open(
          new ExecutorServices.Rooms(
              tasks, receivers, new BudgetAccountant(1_000, MemoryShares.DEFAULT)));
    }

    void onMembership(Membership membership) {
      living = living.with(membership);
      inbox.onMembership(living);
      links.onMembership(living);
      time.runUntilIdle();
    }

    void send(int to, int page) {
      links.send(to, page(page));
      time.runUntilIdle();
    }
  }

  private static Frame page(int page) {
    return Frame.of(
        Envelope.newBuilder().setShufflePage(ShufflePage.newBuilder().setPage(page)).build());
  }

  private Membership membership(Node... nodes) {
    Membership.Builder membership = Membership.newBuilder().setVersion(++version);
    for (Node node : nodes) {
      membership.addExecutors(
          ExecutorAddress.newBuilder()
              .setExecutorId(node.id)
              .setHost(node.address.host())
              .setDataPort(node.address.port()));
    }
    return membership.build();
  }

  private void openBoth() {
    three.open();
    five.open();
    three.onMembership(membership(three, five));
    five.onMembership(membership(three, five));
  }

  @Test
  void reachesTheOtherExecutorUnderItsOwnName() {
    openBoth();

    three.send(5, 1);
    five.send(3, 2);

    assertThat(five.tasks.calls).containsExactly("SHUFFLE_PAGE of 3 1");
    assertThat(three.tasks.calls).containsExactly("SHUFFLE_PAGE of 5 2");
  }

  @Test
  void handsFramesToItselfOnTheSpotAndByReference() {
    openBoth();

    three.links.send(3, page(1));

    assertThat(three.tasks.calls).containsExactly("SHUFFLE_PAGE of 3 1");
    assertThat(three.links.byReference(3)).isTrue();
    assertThat(three.links.byReference(5)).isFalse();
    assertThat(three.links.isWritable(3)).isTrue();
  }

  @Test
  void keepsFramesUntilMembershipTellsTheAddress() {
    three.open();
    five.open();
    three.onMembership(membership(three));
    three.send(5, 1);
    three.send(5, 2);
    assertThat(five.tasks.calls).isEmpty();

    three.onMembership(membership(three, five));
    three.send(5, 3);

    assertThat(five.tasks.calls)
        .containsExactly("SHUFFLE_PAGE of 3 1", "SHUFFLE_PAGE of 3 2", "SHUFFLE_PAGE of 3 3");
  }

  @Test
  void keepsFramesThatComeBeforeTheRoomsAreOpen() {
    three.open();
    three.onMembership(membership(three, five));
    three.send(5, 1);
    three.send(5, 2);
    assertThat(five.tasks.calls).isEmpty();

    five.open();
    three.send(5, 3);

    assertThat(five.tasks.calls)
        .containsExactly("SHUFFLE_PAGE of 3 1", "SHUFFLE_PAGE of 3 2", "SHUFFLE_PAGE of 3 3");
  }

  @Test
  void bringsBlocksToTheReceiversAndPagesToTheTasks() {
    openBoth();

    three.links.send(
        5,
        Frame.of(
            Envelope.newBuilder().setFetchBlock(FetchBlock.getDefaultInstance()).build(),
            ByteBuffer.allocate(9)));
    time.runUntilIdle();

    assertThat(five.receivers.calls).containsExactly("FETCH_BLOCK of 3, 9 bytes");
    assertThat(five.tasks.calls).isEmpty();
  }

  @Test
  void bringsWhatIsAboutKeptPartitionsToTheTasks() {
    openBoth();

    for (Envelope.Builder message :
        List.of(
            Envelope.newBuilder().setFetchPartition(FetchPartition.getDefaultInstance()),
            Envelope.newBuilder().setFetchedPartition(FetchedPartition.getDefaultInstance()),
            Envelope.newBuilder().setCopyPartition(CopyPartition.getDefaultInstance()),
            Envelope.newBuilder().setPartitionCopied(PartitionCopied.getDefaultInstance()))) {
      three.links.send(5, Frame.of(message.build()));
    }
    time.runUntilIdle();

    assertThat(five.tasks.calls)
        .containsExactly(
            "FETCH_PARTITION of 3 0",
            "FETCHED_PARTITION of 3 0",
            "COPY_PARTITION of 3 0",
            "PARTITION_COPIED of 3 0");
  }

  @Test
  void isNotWritableWhileTooMuchWaitsForAConnection() {
    three.open();
    three.onMembership(membership(three));
    AtomicInteger runs = new AtomicInteger();
    assertThat(three.links.isWritable(5)).isTrue();
    three.links.onWritable(5, runs::incrementAndGet);
    assertThat(runs).hasValue(1);

    Frame large = Frame.of(page(1).envelope(), ByteBuffer.allocate(5 << 20));
    three.links.send(5, large);

    assertThat(three.links.isWritable(5)).isFalse();
    three.links.onWritable(5, runs::incrementAndGet);
    assertThat(runs).hasValue(1);
    five.open();
    three.onMembership(membership(three, five));
    assertThat(runs).hasValue(2);
    assertThat(three.links.isWritable(5)).isTrue();
    assertThat(five.tasks.calls).hasSize(1);
  }

  @Test
  void dropsFramesToALostExecutorAndLetsSendersGo() {
    three.open();
    three.onMembership(membership(three));
    three.links.send(5, Frame.of(page(1).envelope(), ByteBuffer.allocate(5 << 20)));
    AtomicInteger runs = new AtomicInteger();
    three.links.onWritable(5, runs::incrementAndGet);
    assertThat(runs).hasValue(0);

    Node seven = new Node(7);
    three.onMembership(membership(three, seven));

    assertThat(runs).hasValue(1);
    assertThat(three.links.isWritable(5)).isTrue();
    three.links.onWritable(5, runs::incrementAndGet);
    assertThat(runs).hasValue(2);
    three.send(5, 2);
    five.open();
    assertThat(five.tasks.calls).isEmpty();
  }

  @Test
  void refusesWhatALostExecutorStillSends() {
    openBoth();
    three.send(5, 1);

    five.onMembership(membership(five));
    three.send(5, 2);

    assertThat(five.tasks.calls).containsExactly("SHUFFLE_PAGE of 3 1");
  }

  @Test
  void connectsAgainAfterALinkBroke() {
    openBoth();
    three.send(5, 1);
    five.transport.close();
    Transport again = network.newTransport();
    again.listen(five.address, five.inbox);

    three.send(5, 2);

    assertThat(five.tasks.calls).containsExactly("SHUFFLE_PAGE of 3 1", "SHUFFLE_PAGE of 3 2");
  }

  @Test
  void triesAMemberThatDoesNotAnswerUntilItDoes() {
    three.open();
    five.open();
    five.transport.close();
    three.onMembership(membership(three, five));
    three.send(5, 1);
    time.advance(1_000);
    Transport again = network.newTransport();
    again.listen(five.address, five.inbox);

    time.advance(1_000);

    assertThat(five.tasks.calls).containsExactly("SHUFFLE_PAGE of 3 1");
  }

  @Test
  void dropsFramesOfAnotherEpoch() {
    openBoth();
    Connection stale =
        network.newTransport().connect(five.address, "executor-3", new RecordingHandler()).join();

    stale.send(
        new Frame(page(1).envelope().toBuilder().setEpoch(EPOCH - 1).build(), page(1).payload()));
    stale.send(
        new Frame(page(1).envelope().toBuilder().setEpoch(EPOCH + 1).build(), page(1).payload()));

    assertThat(five.tasks.calls).isEmpty();
    assertThat(stale.isOpen()).isTrue();
  }

  @Test
  void closesALinkOfSomebodyWhoIsNoExecutor() {
    openBoth();
    Connection other =
        network.newTransport().connect(five.address, "driver", new RecordingHandler()).join();

    other.send(
        new Frame(page(1).envelope().toBuilder().setEpoch(EPOCH).build(), page(1).payload()));

    assertThat(other.isOpen()).isFalse();
    assertThat(five.tasks.calls).isEmpty();
  }

  @Test
  void closesALinkThatCarriesWhatIsNotForExecutors() {
    openBoth();
    Connection other =
        network.newTransport().connect(five.address, "executor-3", new RecordingHandler()).join();

    other.send(Frame.of(ScriptedDriver.ping(1).setEpoch(EPOCH).build()));

    assertThat(other.isOpen()).isFalse();
    assertThat(faults).isEmpty();
  }

  @Test
  void dropsEverythingAfterItsEnd() {
    openBoth();
    three.send(5, 1);

    three.links.close();
    three.send(5, 2);

    assertThat(five.tasks.calls).containsExactly("SHUFFLE_PAGE of 3 1");
    assertThat(three.links.isWritable(5)).isTrue();
  }
}
