package org.millrace.checkpoint.runtime.adapter;

import java.security.SecureRandom;
import java.util.Random;
import org.millrace.checkpoint.runtime.Randomness;

/** Random numbers of the operating system, or repeatable ones from a seed. Thread-safe. */
public final class SystemRandomness implements Randomness {

  private final Random random;

  private SystemRandomness(Random random) {
    this.random = random;
  }

  /** Unpredictable numbers, fit for secrets. */
  public static SystemRandomness secure() {
    return new SystemRandomness(new SecureRandom());
  }

  /** The same numbers for the same seed; never for secrets. */
  public static SystemRandomness seeded(long seed) {
    return new SystemRandomness(new Random(seed));
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public void nextBytes(byte[] bytes) {
    random.nextBytes(bytes);
  }
}
