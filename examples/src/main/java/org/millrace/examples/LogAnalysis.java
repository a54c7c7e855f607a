package org.millrace.examples;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.StreamingContext;

/**
 * Watches a web server's log: requests of the last ten seconds by status, and bytes by address for
 * those that sent the most.
 *
 * <p>Arguments: host and port of a TCP server that sends log lines, or nothing for made-up ones.
 */
public final class LogAnalysis {
  private static final Pattern LINE =
      Pattern.compile("^(\\S+) \\S+ \\S+ \\[[^]]*] \"[^\"]*\" (\\d{3}) (\\d+|-)$");
  private static final int SHOWN = 5;

  private LogAnalysis() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    StreamingConf conf = new StreamingConf().setAppName("LogAnalysis");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));
    ssc.checkpoint(Arguments.workDirectory("log-analysis"));

    DStream<String> lines =
        GeneratedLines.orSocket(ssc, args, "log-analysis", GeneratedLines.Kind.ACCESS_LOG);
    DStream<Matcher> unread = lines.map(LINE::matcher).filter(line -> !line.matches());
    PairDStream<String, Long> bytesByAddress =
        lines.flatMapToPair(
            line -> {
              Matcher matched = LINE.matcher(line);
              return matched.matches()
                  ? List.of(new Tuple2<>(matched.group(1), bytes(matched.group(3)))).iterator()
                  : List.<Tuple2<String, Long>>of().iterator();
            });
    PairDStream<String, Long> statuses =
        lines
            .flatMap(
                line -> {
                  Matcher matched = LINE.matcher(line);
                  return matched.matches()
                      ? List.of(matched.group(2)).iterator()
                      : List.<String>of().iterator();
                })
            .countByValueAndWindow(Durations.seconds(10), Durations.seconds(2));

    statuses.print();
    bytesByAddress
        .reduceByKeyAndWindow((a, b) -> a + b, Durations.seconds(10), Durations.seconds(2))
        .mapToPair(Tuple2::swap)
        .transformToPair(rdd -> rdd.sortByKey(false))
        .print(SHOWN);
    unread.count().filter(count -> count > 0).map(count -> count + " lines not read").print();
    ssc.start();
    ssc.awaitTermination();
  }

  private static long bytes(String text) {
    return text.equals("-") ? 0 : Long.parseLong(text);
  }
}
