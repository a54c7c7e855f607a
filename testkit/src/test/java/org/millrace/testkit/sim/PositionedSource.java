package org.millrace.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.millrace.api.Optional;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.runtime.Loop;

/**
 * A reliable receiver of a named source of numbers from 0; a record is the name and the number. The
 * source forgets what was acknowledged: whoever resumes before that has lost records.
 */
final class PositionedSource extends Receiver<String> {
  private static final long serialVersionUID = 1L;

  /** Of the simulation that runs now; receivers are copies that come and go. */
  private static final Map<String, Numbers> SOURCES = new TreeMap<>();

  private static final List<String> LOSSES = new ArrayList<>();

  private final String source;
  private final long seed;
  private transient boolean started;
  private transient long next;

  /** What a source knows, whoever reads it. */
  private static final class Numbers {
    /** Those below it are acknowledged. */
    private long acknowledged;

    /** Those from it on are not there yet. */
    private long end = Long.MAX_VALUE;

    /** How often a receiver of it was started. */
    private int starts;
  }

  PositionedSource(String source, long seed) {
    super(StorageLevel.MEMORY_ONLY);
    this.source = source;
    this.seed = seed;
  }

  /** There are these sources, with nothing acknowledged. */
  static void begin(List<String> names) {
    SOURCES.clear();
    LOSSES.clear();
    names.forEach(name -> SOURCES.put(name, new Numbers()));
  }

  /** Each source has so many records more and then no more. */
  static void endAfter(int records) {
    SOURCES.values().forEach(numbers -> numbers.end = numbers.acknowledged + records);
  }

  /** Whether all records of all sources are acknowledged. */
  static boolean isAllAcknowledged() {
    return SOURCES.values().stream().allMatch(numbers -> numbers.acknowledged == numbers.end);
  }

  /** All records of all sources. */
  static List<String> all() {
    return SOURCES.entrySet().stream().flatMap(PositionedSource::records).toList();
  }

  private static Stream<String> records(Map.Entry<String, Numbers> source) {
    return LongStream.range(0, source.getValue().end).mapToObj(number -> source.getKey() + number);
  }

  /** How often receivers were started, of all sources. */
  static int starts() {
    return SOURCES.values().stream().mapToInt(numbers -> numbers.starts).sum();
  }

  /** Where a receiver resumed behind records that were acknowledged, and lost them. */
  static List<String> losses() {
    return LOSSES;
  }

  @Override
  public void onStart() {
    Numbers numbers = SOURCES.get(source);
    started = true;
    numbers.starts++;
    Optional<SourcePosition> last = lastPosition(source);
    next = last.isPresent() ? last.get().offset() : 0;
    if (next < numbers.acknowledged) {
      LOSSES.add(
          "%s resumed at %d, acknowledged are %d".formatted(source, next, numbers.acknowledged));
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
            for (int i = 0; i < count && next < SOURCES.get(source).end; i++) {
              store(machine);
            }
            storeSome(machine, loop, random);
          }
        });
  }

  private void store(Machine machine) {
    Numbers numbers = SOURCES.get(source);
    long number = next++;
    var unused =
        storeAsync(List.of(source + number).iterator(), SourcePosition.of(source, number + 1))
            .thenRun(
                () -> {
                  if (machine.isAlive()) {
                    numbers.acknowledged = Math.max(numbers.acknowledged, number + 1);
                  }
                });
  }

  @Override
  public void onStop() {
    started = false;
  }
}
