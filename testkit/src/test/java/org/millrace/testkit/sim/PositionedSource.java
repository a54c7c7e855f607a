package org.millrace.testkit.sim;

import java.util.List;
import java.util.SplittableRandom;
import org.millrace.api.Optional;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.runtime.Loop;

/**
 * A reliable receiver of numbers from 0. The source forgets what was acknowledged: whoever resumes
 * before that has lost records.
 */
final class PositionedSource extends Receiver<String> {
  private static final long serialVersionUID = 1L;
  private static final String SOURCE = "numbers";

  /** Numbers below it are acknowledged; of the simulation that runs now. */
  static long acknowledged;

  /** Numbers from it on are not there yet. */
  static long end;

  /** How often a receiver was started. */
  static int starts;

  private final long seed;
  private transient boolean started;
  private transient long next;

  PositionedSource(long seed) {
    super(StorageLevel.MEMORY_ONLY);
    this.seed = seed;
  }

  static void begin() {
    acknowledged = 0;
    end = Long.MAX_VALUE;
    starts = 0;
  }

  @Override
  public void onStart() {
    started = true;
    starts++;
    Optional<SourcePosition> last = lastPosition(SOURCE);
    next = last.isPresent() ? last.get().offset() : 0;
    if (next < acknowledged) {
      throw new AssertionError("resumed at " + next + ", acknowledged are " + acknowledged);
    }
    Machine machine = Machine.running();
    storeSome(
        machine, machine.loop("source-" + streamId()), new SplittableRandom(seed + streamId()));
  }

  private void storeSome(Machine machine, Loop loop, SplittableRandom random) {
    loop.schedule(
        1 + random.nextInt(60),
        () -> {
          if (started) {
            int count = random.nextInt(8);
            for (int i = 0; i < count && next < end; i++) {
              store(machine);
            }
            storeSome(machine, loop, random);
          }
        });
  }

  private void store(Machine machine) {
    long number = next++;
    var unused =
        storeAsync(List.of(Long.toString(number)).iterator(), SourcePosition.of(SOURCE, number + 1))
            .thenRun(
                () -> {
                  if (machine.isAlive()) {
                    acknowledged = Math.max(acknowledged, number + 1);
                  }
                });
  }

  @Override
  public void onStop() {
    started = false;
  }
}
