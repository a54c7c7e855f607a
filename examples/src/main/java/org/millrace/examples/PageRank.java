package org.millrace.examples;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.BatchContext;
import org.millrace.api.PairRDD;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;

/**
 * Ranks pages by the links between them (Brin and Page, 1998), by repeated joins of datasets that
 * stay where they are: links and ranks have one partitioner.
 *
 * <p>Arguments: a file with two names a line, the linking page and the linked one, and how many
 * rounds; or nothing for a small graph and ten rounds.
 */
public final class PageRank {
  private static final double DAMPING = 0.85;
  private static final int ROUNDS = 10;
  private static final List<String> LINKS =
      List.of("home about", "home news", "about home", "news home", "news about", "old home");

  private PageRank() {}

  /** Runs once. */
  public static void main(String[] args) {
    try (BatchContext context = new BatchContext(new StreamingConf().setAppName("PageRank"))) {
      RDD<String> lines;
      int rounds = ROUNDS;
      if (args.length == 0) {
        lines = context.parallelize(LINKS);
      } else {
        Arguments.require(args, "page-rank", "<file>", "<rounds>");
        lines = context.textFile(args[0]);
        rounds = Arguments.positive(args[1], "rounds");
      }
      PairRDD<String, Iterable<String>> links =
          lines
              .mapToPair(
                  line -> {
                    String[] pages = line.trim().split("\\s+");
                    return new Tuple2<>(pages[0], pages[1]);
                  })
              .distinct()
              .groupByKey()
              .cache();
      PairRDD<String, Double> ranks = links.mapValues(linked -> 1.0);
      for (int round = 0; round < rounds; round++) {
        ranks =
            links
                .join(ranks)
                .flatMapToPair(page -> shares(page._2()._1(), page._2()._2()).iterator())
                .reduceByKey(links.partitioner().get(), Double::sum)
                .mapValues(sum -> 1 - DAMPING + DAMPING * sum);
      }
      ranks
          .mapToPair(Tuple2::swap)
          .sortByKey(false)
          .collect()
          .forEach(rank -> System.out.printf("%.4f %s%n", rank._1(), rank._2()));
    }
  }

  private static List<Tuple2<String, Double>> shares(Iterable<String> linked, double rank) {
    List<String> pages = new ArrayList<>();
    linked.forEach(pages::add);
    List<Tuple2<String, Double>> shares = new ArrayList<>();
    pages.forEach(page -> shares.add(new Tuple2<>(page, rank / pages.size())));
    return shares;
  }
}
