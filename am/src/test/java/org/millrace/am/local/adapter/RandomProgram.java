package org.millrace.am.local.adapter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.millrace.api.BatchContext;
import org.millrace.api.HashPartitioner;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.Tuple2;

/**
 * A program over datasets of pairs that a seed determines: each step applies one operation to
 * datasets that are there. Its datasets are the same, whatever engine computes them.
 */
final class RandomProgram {
  private static final int MOST_RECORDS = 1_500;

  private final BatchContext context;
  private final SplittableRandom random;
  private final List<PairRDD<Integer, String>> datasets = new ArrayList<>();
  private final List<String> steps = new ArrayList<>();

  RandomProgram(BatchContext context, long seed, int steps) {
    this.context = context;
    this.random = new SplittableRandom(seed);
    for (int i = 0; i < 3; i++) {
      datasets.add(source());
      this.steps.add("source");
    }
    while (datasets.size() < 3 + steps) {
      datasets.add(bounded(step()));
    }
  }

  List<PairRDD<Integer, String>> datasets() {
    return datasets;
  }

  /** The operation that gave each dataset. */
  List<String> steps() {
    return steps;
  }

  private PairRDD<Integer, String> source() {
    int size = random.nextInt(40);
    List<Tuple2<Integer, String>> pairs =
        IntStream.range(0, size)
            .mapToObj(i -> new Tuple2<>(random.nextInt(-3, 12), "v" + random.nextInt(9)))
            .toList();
    return context.parallelizePairs(pairs, 1 + random.nextInt(4));
  }

  private PairRDD<Integer, String> any() {
    return datasets.get(random.nextInt(datasets.size()));
  }

  private int partitions() {
    return 1 + random.nextInt(5);
  }

  /** Joins of joins grow fast; a part of the records has the same operations before it. */
  private PairRDD<Integer, String> bounded(PairRDD<Integer, String> rdd) {
    long count = rdd.count();
    if (count <= MOST_RECORDS) {
      return rdd;
    }
    int every = (int) (count / 100);
    return rdd.filter(pair -> Math.floorMod(pair.hashCode(), every) == 0);
  }

  private PairRDD<Integer, String> named(String name, PairRDD<Integer, String> rdd) {
    steps.add(name);
    return rdd;
  }

  private PairRDD<Integer, String> step() {
    return switch (random.nextInt(4)) {
      case 0 -> narrow(any());
      case 1 -> shuffle(any());
      case 2 -> together(any(), any());
      default -> arranged(any());
    };
  }

  private PairRDD<Integer, String> narrow(PairRDD<Integer, String> rdd) {
    int salt = random.nextInt(1, 9);
    return switch (random.nextInt(9)) {
      case 0 -> named("mapToPair", rdd.mapToPair(p -> new Tuple2<>(p._1() * salt % 13, p._2())));
      case 1 -> named("filter", rdd.filter(p -> p._1() % 3 != 0));
      case 2 -> named("mapValues", rdd.mapValues(v -> cut(v + salt)));
      case 3 -> named("flatMapValues", rdd.flatMapValues(v -> List.of(v, v + "*").iterator()));
      case 4 ->
          named(
              "mapPartitionsWithIndex",
              PairRDD.fromRDD(
                  rdd.mapPartitionsWithIndex(
                      (index, pairs) -> numbered(index, pairs), random.nextBoolean())));
      case 5 ->
          named("sample", rdd.sample(random.nextBoolean(), random.nextDouble(), random.nextLong()));
      case 6 -> named("zipWithIndex", rdd.zipWithIndex().mapToPair(p -> tagged(p._1(), p._2())));
      case 7 ->
          named("zipWithUniqueId", rdd.zipWithUniqueId().mapToPair(p -> tagged(p._1(), p._2())));
      default ->
          named("glom", rdd.glom().mapToPair(list -> new Tuple2<>(list.size(), cut("" + list))));
    };
  }

  private static Iterator<Tuple2<Integer, String>> numbered(
      int index, Iterator<Tuple2<Integer, String>> pairs) {
    List<Tuple2<Integer, String>> result = new ArrayList<>();
    while (pairs.hasNext() && result.size() < 20) {
      result.add(tagged(pairs.next(), index));
    }
    return result.iterator();
  }

  private static Tuple2<Integer, String> tagged(Tuple2<Integer, String> pair, long number) {
    return new Tuple2<>(pair._1(), cut(pair._2() + "#" + number));
  }

  private static String cut(String text) {
    return text.length() <= 40
        ? text
        : text.substring(0, 30) + Integer.toHexString(text.hashCode());
  }

  private PairRDD<Integer, String> shuffle(PairRDD<Integer, String> rdd) {
    return switch (random.nextInt(9)) {
      case 0 -> named("reduceByKey", rdd.reduceByKey((l, r) -> cut(l + r)));
      case 1 -> named("groupByKey", rdd.groupByKey(partitions()).mapValues(v -> cut("" + v)));
      case 2 ->
          named(
              "combineByKey",
              rdd.combineByKey(
                  v -> "<" + v,
                  (c, v) -> cut(c + v),
                  (l, r) -> cut(l + "|" + r),
                  new HashPartitioner(partitions()),
                  random.nextBoolean()));
      case 3 ->
          named(
              "aggregateByKey",
              rdd.aggregateByKey(
                      new ArrayList<String>(),
                      (list, v) -> {
                        list.add(v);
                        return list;
                      },
                      (l, r) -> {
                        l.addAll(r);
                        return l;
                      })
                  .mapValues(list -> cut(list.toString())));
      case 4 -> named("foldByKey", rdd.foldByKey("0", partitions(), (l, r) -> cut(l + r)));
      case 5 -> named("distinct", rdd.distinct(partitions()));
      case 6 ->
          named(
              "groupBy",
              rdd.groupBy(p -> p._2().length(), partitions()).mapValues(v -> cut(v.toString())));
      case 7 ->
          named(
              "countApproxDistinctByKey",
              rdd.countApproxDistinctByKey(0.1).mapValues(count -> "~" + count));
      default ->
          named(
              "sampleByKeyExact",
              rdd.filter(p -> p._1() >= 0 && p._1() < 9)
                  .sampleByKeyExact(random.nextBoolean(), fractions(), random.nextLong()));
    };
  }

  private Map<Integer, Double> fractions() {
    Map<Integer, Double> fractions = new java.util.TreeMap<>();
    for (int key = 0; key < 9; key++) {
      fractions.put(key, random.nextDouble());
    }
    return fractions;
  }

  private PairRDD<Integer, String> together(
      PairRDD<Integer, String> left, PairRDD<Integer, String> right) {
    int n = partitions();
    return switch (random.nextInt(12)) {
      case 0 -> named("join", left.join(right).mapValues(v -> cut(v.toString())));
      case 1 -> named("leftOuterJoin", left.leftOuterJoin(right).mapValues(v -> cut("" + v)));
      case 2 -> named("rightOuterJoin", left.rightOuterJoin(right, n).mapValues(v -> cut("" + v)));
      case 3 -> named("fullOuterJoin", left.fullOuterJoin(right).mapValues(v -> cut("" + v)));
      case 4 -> named("cogroup", left.cogroup(right).mapValues(v -> cut("" + v)));
      case 5 ->
          named("cogroup of 4", left.cogroup(right, any(), any()).mapValues(v -> cut("" + v)));
      case 6 -> named("subtractByKey", left.subtractByKey(right));
      case 7 -> named("union", left.union(right));
      case 8 -> named("intersection", left.intersection(right));
      case 9 -> named("subtract", left.subtract(right, n));
      case 10 ->
          named(
              "cartesian",
              left.filter(p -> p._1() % 4 == 0)
                  .cartesian(right.filter(p -> p._1() % 5 == 0))
                  .mapToPair(p -> new Tuple2<>(p._1()._1(), cut(p._1()._2() + p._2()._2()))));
      default ->
          named(
              "zipPartitions",
              PairRDD.fromRDD(
                  left.repartition(n)
                      .zipPartitions(
                          right.coalesce(1).repartition(n), RandomProgram::firstOfBoth)));
    };
  }

  private static Iterator<Tuple2<Integer, String>> firstOfBoth(
      Iterator<Tuple2<Integer, String>> left, Iterator<Tuple2<Integer, String>> right) {
    List<Tuple2<Integer, String>> result = new ArrayList<>();
    while (left.hasNext() && right.hasNext()) {
      result.add(tagged(right.next(), left.next()._1()));
    }
    return result.iterator();
  }

  private PairRDD<Integer, String> arranged(PairRDD<Integer, String> rdd) {
    int n = partitions();
    return switch (random.nextInt(9)) {
      case 0 -> named("coalesce", rdd.coalesce(n));
      case 1 -> named("repartition", rdd.repartition(n));
      case 2 -> named("partitionBy", rdd.partitionBy(new HashPartitioner(n)));
      case 3 -> named("sortByKey", rdd.sortByKey(random.nextBoolean(), n));
      case 4 ->
          named(
              "sortBy", PairRDD.fromRDD(rdd.toRDD().sortBy(p -> p._2(), random.nextBoolean(), n)));
      case 5 ->
          named(
              "repartitionAndSortWithinPartitions",
              rdd.repartitionAndSortWithinPartitions(
                  new HashPartitioner(n), Comparator.<Integer>reverseOrder()));
      case 6 -> named("filterByRange", rdd.sortByKey().filterByRange(1, 6));
      case 7 -> named("zip", zippedWithItself(rdd));
      default -> {
        RDD<Tuple2<Integer, String>>[] parts =
            rdd.toRDD().randomSplit(new double[] {1, 2}, random.nextLong());
        yield named("randomSplit", PairRDD.fromRDD(parts[random.nextInt(2)]));
      }
    };
  }

  private static PairRDD<Integer, String> zippedWithItself(PairRDD<Integer, String> rdd) {
    return rdd.zip(rdd.keys()).mapToPair(p -> tagged(p._1(), p._2()));
  }
}
