package org.millrace.api.partial;

import java.io.Serializable;
import java.util.Locale;

/**
 * A number that is known about.
 *
 * @param mean the estimate
 * @param confidence how likely the true number is between the bounds, 0 to 1; 1 when it is known
 * @param low the lower bound, which may be negative infinity
 * @param high the upper bound, which may be infinity
 */
public record BoundedDouble(double mean, double confidence, double low, double high)
    implements Serializable {
  /** A number that is known. */
  static BoundedDouble exactly(double number) {
    return new BoundedDouble(number, 1, number, number);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "[%.3f, %.3f]", low, high);
  }
}
