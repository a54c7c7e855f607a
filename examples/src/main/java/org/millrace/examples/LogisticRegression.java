package org.millrace.examples;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.broadcast.Broadcast;

/**
 * Finds the plane between two clouds of points by gradient descent on a dataset that is kept.
 *
 * <p>Argument: how many rounds, by default 20.
 */
public final class LogisticRegression {
  private static final int DIMENSIONS = 4;
  private static final int POINTS = 2_000;
  private static final int ROUNDS = 20;
  private static final double STEP = 0.01;

  private LogisticRegression() {}

  /** A point and the side that it is on, -1 or 1. */
  private record Point(double[] x, double side) implements Serializable {}

  /** Runs once. */
  public static void main(String[] args) {
    int rounds = ROUNDS;
    if (args.length > 0) {
      Arguments.require(args, "logistic-regression", "<rounds>");
      rounds = Arguments.positive(args[0], "rounds");
    }
    try (BatchContext context =
        new BatchContext(new StreamingConf().setAppName("LogisticRegression"))) {
      RDD<Point> points = context.parallelize(points(new Random(1))).cache();
      double[] weights = new double[DIMENSIONS];
      for (int round = 0; round < rounds; round++) {
        Broadcast<double[]> current = context.broadcast(weights.clone());
        double[] gradient =
            points.map(point -> gradient(point, current.value())).reduce(LogisticRegression::sum);
        for (int i = 0; i < DIMENSIONS; i++) {
          weights[i] -= STEP * gradient[i];
        }
        current.destroy();
      }
      double[] found = weights;
      long wrong = points.filter(point -> dot(found, point.x) * point.side < 0).count();
      System.out.println("weights " + Arrays.toString(weights));
      System.out.println(wrong + " of " + POINTS + " points are on the wrong side");
    }
  }

  private static List<Point> points(Random random) {
    List<Point> points = new ArrayList<>(POINTS);
    for (int i = 0; i < POINTS; i++) {
      double side = i % 2 == 0 ? 1 : -1;
      double[] x = new double[DIMENSIONS];
      for (int d = 0; d < DIMENSIONS; d++) {
        x[d] = random.nextGaussian() + side;
      }
      points.add(new Point(x, side));
    }
    return points;
  }

  private static double[] gradient(Point point, double[] weights) {
    double scale = (1 / (1 + Math.exp(-point.side * dot(weights, point.x))) - 1) * point.side;
    double[] gradient = new double[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      gradient[i] = scale * point.x[i];
    }
    return gradient;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }
}
