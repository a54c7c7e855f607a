package org.example.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaDoubleRDD;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Programs over datasets, by name. */
public final class BatchPrograms {
  private static final List<Integer> NUMBERS = Arrays.asList(5, 3, 8, 1, 9, 2, 7, 3, 5, 4);

  private BatchPrograms() {}

  private static JavaRDD<Integer> numbers(JavaSparkContext context) {
    return context.parallelize(NUMBERS, 3);
  }

  private static JavaPairRDD<String, Integer> pairs(JavaSparkContext context) {
    return context.parallelizePairs(
        List.of(
            new Tuple2<>("b", 1),
            new Tuple2<>("a", 2),
            new Tuple2<>("c", 3),
            new Tuple2<>("a", 4),
            new Tuple2<>("b", 5)),
        2);
  }

  private static JavaPairRDD<String, String> others(JavaSparkContext context) {
    return context.parallelizePairs(
        List.of(new Tuple2<>("a", "x"), new Tuple2<>("d", "y"), new Tuple2<>("a", "z")), 2);
  }

  private static <T extends Comparable<T>> List<T> sorted(List<T> values) {
    List<T> copy = new ArrayList<>(values);
    copy.sort(Comparator.naturalOrder());
    return copy;
  }

  private static List<String> texts(List<?> values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(String.valueOf(value)));
    return sorted(texts);
  }

  public static Map<String, BatchProgram> all() {
    Map<String, BatchProgram> all = new LinkedHashMap<>();
    actions(all);
    narrow(all);
    shuffles(all);
    joins(all);
    doubles(all);
    return all;
  }

  private static void actions(Map<String, BatchProgram> all) {
    all.put(
        "batchActions",
        (context, out) -> {
          JavaRDD<Integer> numbers = numbers(context);
          out.accept(numbers.collect());
          out.accept(numbers.count());
          out.accept(numbers.first());
          out.accept(numbers.take(4));
          out.accept(numbers.takeOrdered(3));
          out.accept(numbers.top(3));
          out.accept(numbers.max(Comparator.naturalOrder()));
          out.accept(numbers.min(Comparator.naturalOrder()));
          out.accept(numbers.reduce(Integer::sum));
          out.accept(numbers.fold(0, Integer::sum));
          out.accept(numbers.aggregate(1, (sum, value) -> sum + value, Integer::sum));
          out.accept(numbers.treeReduce(Integer::sum));
          out.accept(numbers.isEmpty());
          out.accept(new TreeMap<>(numbers.countByValue()));
          out.accept(numbers.glom().collect());
          out.accept(numbers.getNumPartitions());
          List<Integer> iterated = new ArrayList<>();
          numbers.toLocalIterator().forEachRemaining(iterated::add);
          out.accept(iterated);
          out.accept(Arrays.asList(numbers.collectPartitions(new int[] {0, 2})));
        });
    all.put(
        "batchPairActions",
        (context, out) -> {
          out.accept(new TreeMap<>(pairs(context).countByKey()));
          out.accept(sorted(pairs(context).lookup("a")));
          out.accept(new TreeMap<>(pairs(context).reduceByKeyLocally(Integer::sum)));
          out.accept(texts(pairs(context).keys().collect()));
          out.accept(pairs(context).values().collect());
        });
    all.put(
        "batchAsync",
        (context, out) -> {
          out.accept(numbers(context).countAsync().get());
          out.accept(numbers(context).collectAsync().get());
          out.accept(numbers(context).takeAsync(3).get());
        });
  }

  private static void narrow(Map<String, BatchProgram> all) {
    all.put(
        "batchNarrow",
        (context, out) -> {
          JavaRDD<Integer> numbers = numbers(context);
          out.accept(numbers.map(value -> value + 1).collect());
          out.accept(numbers.filter(value -> value > 4).glom().collect());
          out.accept(numbers.zipWithIndex().collect());
          out.accept(numbers.zipWithUniqueId().collect());
          out.accept(numbers.zip(numbers.map(value -> -value)).collect());
          out.accept(numbers.coalesce(2).glom().collect());
          out.accept(numbers.coalesce(1).collect());
          out.accept(numbers.keyBy(value -> value % 3).collect());
          out.accept(
              numbers
                  .mapPartitionsWithIndex(
                      (index, values) -> {
                        int sum = 0;
                        while (values.hasNext()) {
                          sum += values.next();
                        }
                        return List.of(index + ":" + sum).iterator();
                      },
                      false)
                  .collect());
          out.accept(numbers.cartesian(context.parallelize(List.of("x", "y"), 2)).collect().size());
          out.accept(texts(numbers.cartesian(context.parallelize(List.of("x", "y"), 2)).collect()));
          out.accept(numbers.union(context.parallelize(List.of(0), 1)).glom().collect());
          out.accept(numbers.pipe("cat").collect());
          out.accept(numbers.sample(false, 1.0).collect());
        });
  }

  private static void shuffles(Map<String, BatchProgram> all) {
    all.put(
        "batchShuffles",
        (context, out) -> {
          JavaRDD<Integer> numbers = numbers(context);
          out.accept(sorted(numbers.distinct().collect()));
          out.accept(numbers.sortBy(value -> value, true, 2).glom().collect());
          out.accept(numbers.sortBy(value -> value, false, 3).collect());
          out.accept(
              texts(
                  numbers
                      .groupBy(value -> value % 2)
                      .mapValues(values -> texts(list(values)))
                      .collect()));
          out.accept(
              sorted(numbers.intersection(context.parallelize(List.of(1, 5, 100))).collect()));
          out.accept(sorted(numbers.subtract(context.parallelize(List.of(1, 5, 100))).collect()));
          out.accept(sorted(numbers.repartition(4).collect()));
        });
    all.put(
        "batchByKey",
        (context, out) -> {
          JavaPairRDD<String, Integer> pairs = pairs(context);
          out.accept(texts(pairs.reduceByKey(Integer::sum).collect()));
          out.accept(texts(pairs.groupByKey().mapValues(values -> texts(list(values))).collect()));
          out.accept(texts(pairs.aggregateByKey(10, (a, b) -> a + b, Integer::sum).collect()));
          out.accept(texts(pairs.foldByKey(0, Integer::sum).collect()));
          out.accept(
              texts(pairs.combineByKey(v -> "" + v, (c, v) -> c + v, (a, b) -> a + b).collect()));
          out.accept(pairs.sortByKey().collect());
          out.accept(pairs.sortByKey(false).glom().collect());
          out.accept(pairs.partitionBy(new HashPartitioner(3)).glom().collect());
          out.accept(
              pairs.repartitionAndSortWithinPartitions(new HashPartitioner(2)).glom().collect());
          out.accept(pairs.mapValues(value -> value * 10).collect());
          out.accept(pairs.flatMapValues(value -> List.of(value, value).iterator()).collect());
        });
  }

  private static void joins(Map<String, BatchProgram> all) {
    all.put(
        "batchJoins",
        (context, out) -> {
          JavaPairRDD<String, Integer> pairs = pairs(context);
          JavaPairRDD<String, String> others = others(context);
          out.accept(texts(pairs.join(others).collect()));
          out.accept(
              texts(
                  pairs
                      .leftOuterJoin(others)
                      .mapValues(both -> both._1() + "/" + both._2().orElse("-"))
                      .collect()));
          out.accept(
              texts(
                  pairs
                      .rightOuterJoin(others)
                      .mapValues(both -> both._1().orElse(-1) + "/" + both._2())
                      .collect()));
          out.accept(
              texts(
                  pairs
                      .fullOuterJoin(others)
                      .mapValues(both -> both._1().orElse(-1) + "/" + both._2().orElse("-"))
                      .collect()));
          out.accept(
              texts(
                  pairs
                      .cogroup(others)
                      .mapValues(both -> texts(list(both._1())) + "/" + texts(list(both._2())))
                      .collect()));
          out.accept(texts(pairs.subtractByKey(others).collect()));
        });
  }

  private static void doubles(Map<String, BatchProgram> all) {
    all.put(
        "batchDoubles",
        (context, out) -> {
          JavaDoubleRDD doubles = numbers(context).mapToDouble(value -> value * 1.0);
          out.accept(doubles.sum());
          out.accept(doubles.mean());
          out.accept(doubles.min());
          out.accept(doubles.max());
          out.accept(Math.round(doubles.variance() * 1e6));
          out.accept(Math.round(doubles.sampleStdev() * 1e6));
          out.accept(doubles.stats().count());
          out.accept(Arrays.toString(doubles.histogram(new double[] {0, 3, 6, 10})));
          out.accept(Arrays.toString(doubles.histogram(4)._2()));
        });
  }

  private static <T> List<T> list(Iterable<T> values) {
    List<T> list = new ArrayList<>();
    values.forEach(list::add);
    return list;
  }
}
