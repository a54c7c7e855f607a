package org.millrace.examples;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Runs an example by its name: the main class of the examples' jar. */
public final class ExampleDriver {
  private static final int EXIT_USAGE = 2;
  private static final int EXIT_FAILURE = 1;
  private static final String SOURCE = "[<hostname> <port>]";

  /** The main method of an example. */
  @FunctionalInterface
  private interface Main {
    void run(String[] args) throws Exception;
  }

  /**
   * An example.
   *
   * @param arguments what it takes on the command line
   * @param summary what it does, in one line
   */
  private record Example(Class<?> program, Main main, String arguments, String summary) {}

  private static final Map<String, Example> EXAMPLES = new LinkedHashMap<>();

  static {
    EXAMPLES.put(
        "network-word-count",
        new Example(
            NetworkWordCount.class,
            NetworkWordCount::main,
            "<hostname> <port>",
            "counts the words that a TCP server sends"));
    EXAMPLES.put(
        "hdfs-word-count",
        new Example(
            HdfsWordCount.class,
            HdfsWordCount::main,
            "<directory>",
            "counts the words of new files in a directory"));
    EXAMPLES.put(
        "recoverable-word-count",
        new Example(
            RecoverableWordCount.class,
            RecoverableWordCount::main,
            "<directory> <checkpoint-directory> <output-prefix>",
            "counts the words of new files, and goes on where it was when it is started again"));
    EXAMPLES.put(
        "socket-and-files-word-count",
        new Example(
            SocketAndFilesWordCount.class,
            SocketAndFilesWordCount::main,
            "<hostname> <port> <directory> <output-prefix>",
            "counts the words of a TCP server and of new files, and saves the counts"));
    EXAMPLES.put(
        "custom-receiver",
        new Example(
            CustomReceiver.class,
            CustomReceiver::main,
            "<hostname> <port>",
            "counts words read by a receiver of its own"));
    EXAMPLES.put(
        "raw-socket-grep",
        new Example(
            RawSocketGrep.class,
            RawSocketGrep::main,
            SOURCE,
            "counts the lines with a word among those a sender frames"));
    EXAMPLES.put(
        "queue-stream",
        new Example(
            QueueStream.class, QueueStream::main, "", "counts numbers of prepared datasets"));
    EXAMPLES.put(
        "stateful-network-word-count",
        new Example(
            StatefulNetworkWordCount.class,
            StatefulNetworkWordCount::main,
            SOURCE,
            "counts words over the whole run, with mapWithState"));
    EXAMPLES.put(
        "windowed-word-count",
        new Example(
            WindowedWordCount.class,
            WindowedWordCount::main,
            SOURCE,
            "counts the words of the last 30 s, every 2 s"));
    EXAMPLES.put(
        "log-analysis",
        new Example(
            LogAnalysis.class,
            LogAnalysis::main,
            SOURCE,
            "watches a web server's log through windows"));
    EXAMPLES.put(
        "top-hashtags",
        new Example(
            TopHashtags.class,
            TopHashtags::main,
            SOURCE,
            "shows the most used hashtags of the last minute"));
    EXAMPLES.put(
        "reference-join",
        new Example(
            ReferenceJoin.class,
            ReferenceJoin::main,
            SOURCE,
            "joins a stream with a dataset; broadcast and accumulator"));
    EXAMPLES.put(
        "batch-word-count",
        new Example(
            BatchWordCount.class,
            BatchWordCount::main,
            "[<path>]",
            "counts the words of files once"));
    EXAMPLES.put(
        "page-rank",
        new Example(
            PageRank.class, PageRank::main, "[<file> <rounds>]", "ranks pages by their links"));
    EXAMPLES.put(
        "logistic-regression",
        new Example(
            LogisticRegression.class,
            LogisticRegression::main,
            "[<rounds>]",
            "learns on a dataset that is kept"));
  }

  private ExampleDriver() {}

  /** Runs the example that the first argument names, with the other arguments. */
  public static void main(String[] args) throws Exception {
    int status = run(args, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  /** The class of an example's program; null when there is no example of that name. */
  public static String programOf(String name) {
    Example example = EXAMPLES.get(name);
    return example == null ? null : example.program().getName();
  }

  /** Runs an example to its end; returns the exit code. */
  static int run(String[] args, PrintStream err) throws Exception {
    if (args.length == 0 || !EXAMPLES.containsKey(args[0])) {
      err.print(usage(args));
      return EXIT_USAGE;
    }
    try {
      EXAMPLES.get(args[0]).main().run(Arrays.copyOfRange(args, 1, args.length));
      return 0;
    } catch (MillraceException e) {
      err.println(e.getMessage());
      return e.code() == ErrorCode.INVALID_ARGUMENT ? EXIT_USAGE : EXIT_FAILURE;
    }
  }

  private static String usage(String[] args) {
    StringBuilder text = new StringBuilder();
    text.append(args.length == 0 ? "No example is named" : "There is no example '" + args[0] + "'");
    text.append("; the examples are:\n");
    EXAMPLES.forEach(
        (name, example) ->
            text.append(
                String.format("  %-28s %-20s %s%n", name, example.arguments(), example.summary())));
    return text.toString();
  }
}
