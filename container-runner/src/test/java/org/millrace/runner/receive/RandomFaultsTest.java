package org.millrace.runner.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.block.BlockId;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.wire.proto.StreamMark;

/**
 * Executors with receivers, under faults from a seed: frames are dropped and delayed, links fill
 * up, memory runs out, executors are lost. What a mark promised must be readable until it is
 * released, in order and once, also after the loss of the receiver's executor.
 */
class RandomFaultsTest {
  private static final int SEEDS = 100;
  private static final long MEMORY_BYTES = 2 << 20;

  @Test
  void whatAMarkPromisedIsReadInOrderAndOnce() {
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        new Scenario(seed).run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static final class Scenario {
    private final SplittableRandom random;
    private final SimulatedTime time;
    private final PeerNetwork network;
    private final TreeMap<Integer, PeerExecutor> living = new TreeMap<>();
    private final HandReceiver receiver = HandReceiver.of(BlockFormat.TEXT_LINES);
    private final List<String> blocks = new ArrayList<>();
    private final PeerExecutor primary;
    private final long stream;

    /** Else the primary is lost in the middle of everything: one loss is always survived. */
    private final boolean peersAreLost;

    private long promised;
    private long released;
    private long hogged;

    Scenario(long seed) {
      random = new SplittableRandom(seed);
      peersAreLost = seed % 2 == 0;
      time = SimulatedTime.shuffled(seed);
      network = new PeerNetwork(time.loop("wire"), time, time.blockingWork());
      primary = join(1);
      stream = primary.streamId(7);
      join(2);
      join(3);
    }

    private PeerExecutor join(int id) {
      PeerExecutor executor =
          network.add(
              id,
              "host-" + random.nextInt(3),
              time.loop("executor-" + id),
              MEMORY_BYTES,
              ReceiverSettings.DEFAULT);
      living.put(id, executor);
      return executor;
    }

    void run() {
      network.announce();
      time.runUntilIdle();
      primary.start(7, receiver, 2);
      time.runUntilIdle();
      for (int step = 0; step < 120; step++) {
        fault();
        storeSomething();
        time.advance(random.nextInt(400));
        look();
      }
      if (peersAreLost) {
        heal();
        assertThat(promised).as("all is copied in the end").isEqualTo(blocks.size());
      }
      losePrimary();
    }

    /** Not when the receiver would have to wait: it runs in the thread of the test. */
    private void storeSomething() {
      long roomBytes =
          primary.store().memory().receivedMaximumBytes() - primary.accountant().usedBytes();
      if (roomBytes < 100_000) {
        return;
      }
      String text = blocks.size() + "-" + "x".repeat(random.nextInt(20_000)) + "\n";
      receiver.started().lines(text);
      time.advance(200);
      blocks.add(text);
    }

    private void fault() {
      switch (random.nextInt(12)) {
        case 0 -> {
          int percent = random.nextInt(60);
          network.dropIf((to, frame) -> random.nextInt(100) < percent);
        }
        case 1 -> network.dropIf((to, frame) -> false);
        case 2 -> network.delay(random.nextInt(300));
        case 3 -> network.closeLinkTo(2 + random.nextInt(2));
        case 4 -> network.openAllLinks();
        case 5 -> hogMemoryOfPeer();
        case 6 -> loseAPeer();
        default -> {}
      }
    }

    private void hogMemoryOfPeer() {
      PeerExecutor peer = living.lastEntry().getValue();
      if (hogged == 0 && peer != primary && peer.accountant().tryReserve(Use.BLOCKS, 1_000_000)) {
        hogged = living.lastKey();
      }
    }

    private void freeHogged() {
      if (hogged != 0 && living.containsKey((int) hogged)) {
        living.get((int) hogged).accountant().release(Use.BLOCKS, 1_000_000);
      }
      hogged = 0;
    }

    private void loseAPeer() {
      int lost = living.lastKey();
      if (!peersAreLost) {
        return;
      }
      network.kill(lost);
      living.remove(lost);
      hogged = hogged == lost ? 0 : hogged;
      network.announce();
      join(lost + 1);
      network.announce();
      time.runUntilIdle();
    }

    /** The driver: takes the newest mark, reads some blocks below it, releases some. */
    private void look() {
      StreamMark mark = primary.mark(stream).orElse(StreamMark.getDefaultInstance());
      assertThat(mark.getUntil()).as("marks move forward").isGreaterThanOrEqualTo(promised);
      promised = mark.getUntil();
      assertThat(mark.getUntilRecords()).isEqualTo(promised);
      if (random.nextInt(4) == 0) {
        released += promised == released ? 0 : random.nextInt((int) (promised - released) + 1);
        network.release(stream, released);
        freeHogged();
        time.runUntilIdle();
      }
      if (released < promised) {
        long sequence = released + random.nextInt((int) (promised - released));
        assertThat(read(primary, sequence)).isEqualTo(blocks.get((int) sequence));
      }
    }

    private void heal() {
      network.dropIf((to, frame) -> false);
      network.delay(1);
      network.openAllLinks();
      freeHogged();
      time.advance(ReceiverSettings.DEFAULT.peerPatienceMs() * 2);
      look();
    }

    /** Every block that is promised and not released is at one of the others. */
    private void losePrimary() {
      network.kill(1);
      living.remove(1);
      network.announce();
      network.dropIf((to, frame) -> false);
      network.delay(0);
      network.openAllLinks();
      time.advance(1_000);
      freeHogged();
      PeerExecutor reader = living.firstEntry().getValue();
      for (long sequence = released; sequence < promised; sequence++) {
        assertThat(read(reader, sequence)).isEqualTo(blocks.get((int) sequence));
      }
      living.values().forEach(executor -> executor.release(stream, blocks.size()));
      time.runUntilIdle();
      living.values().forEach(executor -> assertThat(executor.accountant().usedBytes()).isZero());
    }

    private String read(PeerExecutor reader, long sequence) {
      var read = reader.store().read(new BlockId(stream, sequence), List.copyOf(living.keySet()));
      time.runUntil(read::isDone, 100_000);
      return StandardCharsets.UTF_8.decode(read.join().payload()).toString();
    }
  }
}
