package org.millrace.api.partial;

/** Where distributions reach a probability. */
final class Quantiles {
  private Quantiles() {}

  /**
   * The normal distribution, to seven digits: Wichura, "Algorithm AS 241: The Percentage Points of
   * the Normal Distribution", Applied Statistics 1988, PPND7.
   *
   * @param p between 0 and 1
   */
  static double normal(double p) {
    double q = p - 0.5;
    if (Math.abs(q) <= 0.425) {
      double r = 0.180625 - q * q;
      return q
          * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
          / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1);
    }
    double r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
    double tail;
    if (r <= 5) {
      r -= 1.6;
      tail =
          (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777)
              / ((0.12021132975 * r + 0.73700164250) * r + 1);
    } else {
      r -= 5;
      tail =
          (((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150)
              / ((0.012258202635 * r + 0.24197894225) * r + 1);
    }
    return q < 0 ? -tail : tail;
  }

  /**
   * Student's t distribution, to about six digits: Hill, "Algorithm 396: Student's t-quantiles",
   * Communications of the ACM 1970.
   *
   * @param p more than one half and less than 1
   * @param freedom degrees of freedom, at least 1
   */
  static double student(double p, double freedom) {
    double tails = 2 * (1 - p);
    if (freedom < 2) {
      return 1 / Math.tan(tails * Math.PI / 2);
    } else if (freedom < 3) {
      return Math.sqrt(2 / (tails * (2 - tails)) - 2);
    }
    double a = 1 / (freedom - 0.5);
    double b = 48 / (a * a);
    double c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
    double d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt(a * Math.PI / 2) * freedom;
    double y = Math.pow(d * tails, 2 / freedom);
    return Math.sqrt(
        freedom * (y > 0.05 + a ? middle(tails, freedom, a, b, c, d) : outer(y, freedom, d)));
  }

  private static double middle(
      double tails, double freedom, double a, double b, double c, double d) {
    double x = normal(tails / 2);
    double y = x * x;
    double corrected = c + (freedom < 5 ? 0.3 * (freedom - 4.5) * (x + 0.6) : 0);
    double e = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + corrected;
    double root = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / e - y - 3) / b + 1) * x;
    return Math.expm1(a * root * root);
  }

  private static double outer(double y, double freedom, double d) {
    return ((1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3)
                        + 0.5 / (freedom + 4))
                    * y
                - 1)
            * (freedom + 1)
            / (freedom + 2)
        + 1 / y;
  }
}
