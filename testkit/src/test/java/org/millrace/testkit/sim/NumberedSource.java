package org.millrace.testkit.sim;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.checkpoint.runtime.Loop;

/** A receiver that numbers what it stores: {@code receiver@machine/number}. */
final class NumberedSource extends Receiver<String> {
  private static final long serialVersionUID = 1L;

  /** Stored so far by receiver and machine; of the simulation that runs now. */
  static final TreeMap<String, Long> STORED = new TreeMap<>();

  private final long seed;
  private transient boolean started;

  NumberedSource(long seed) {
    super(StorageLevel.MEMORY_ONLY_2);
    this.seed = seed;
  }

  @Override
  public void onStart() {
    started = true;
    Machine machine = Machine.running();
    SplittableRandom random = new SplittableRandom(seed);
    storeSome(machine.loop("source-" + streamId()), streamId() + "@" + machine.name(), random);
  }

  private void storeSome(Loop loop, String key, SplittableRandom random) {
    loop.schedule(
        1 + random.nextInt(60),
        () -> {
          if (started) {
            int count = random.nextInt(8);
            for (int i = 0; i < count; i++) {
              long number = STORED.merge(key, 1L, Long::sum) - 1;
              store(key + "/" + number);
            }
            storeSome(loop, key, random);
          }
        });
  }

  @Override
  public void onStop() {
    started = false;
  }
}
