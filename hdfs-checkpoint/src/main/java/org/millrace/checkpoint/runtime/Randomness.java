package org.millrace.checkpoint.runtime;

/** A source of random numbers. Thread-safe. */
public interface Randomness {

  long nextLong();

  /**
   * A number in {@code [0, bound)}.
   *
   * @throws IllegalArgumentException when the bound is not positive
   */
  int nextInt(int bound);

  /** Fills the whole array. */
  void nextBytes(byte[] bytes);
}
