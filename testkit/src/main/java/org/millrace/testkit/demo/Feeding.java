package org.millrace.testkit.demo;

import java.io.IOException;
import java.util.function.Consumer;

/** The text server and the files, and the words that went through both. */
final class Feeding implements AutoCloseable {
  private static final long HAND_OVER_TIMEOUT_MS = 60_000;

  private final Demo.Feed feed;
  private final Storage storage;
  private final Consumer<String> out;
  private final WordTally fed = new WordTally();
  private final TextServer server;
  private FileFeed files;

  /** Opens the text server; nothing is fed before somebody connects to it. */
  Feeding(Demo.Feed feed, Storage storage, Consumer<String> out) throws IOException {
    this.feed = feed;
    this.storage = storage;
    this.out = out;
    this.server = TextServer.start(feed.text(), feed.linesPerSecond(), fed, out);
  }

  int port() {
    return server.port();
  }

  /** The program watches its directory now: what is put there from now on is new. */
  void startFiles() {
    files = FileFeed.start(storage, feed.text(), fed, out);
  }

  /** Ends both, and waits until the program has read the last line of the socket. */
  void finish() throws InterruptedException {
    out.accept("the text ends; the program reads the rest of it and notices the end");
    boolean allFiles = files.finish(HAND_OVER_TIMEOUT_MS);
    boolean allLines = server.finish(HAND_OVER_TIMEOUT_MS);
    out.accept(
        "fed %d lines through the socket and %d files: %d words"
            .formatted(server.lines(), files.files(), fed.words()));
    if (!allLines || !allFiles) {
      out.accept(
          "but the program did not take the last of the "
              + (allLines ? "files" : "lines")
              + " in "
              + HAND_OVER_TIMEOUT_MS / 1000
              + " s; the counts may differ");
    }
  }

  /** What was fed against what the program has saved until now. */
  WordTally.Comparison compare() throws IOException {
    return WordTally.Comparison.of(fed, storage.savedCounts());
  }

  /** Compares what the program saved with what was fed, and says so; returns the exit code. */
  int check() throws IOException {
    WordTally.Comparison comparison = compare();
    comparison.lines().forEach(out);
    return comparison.equal() && comparison.fed() > 0 ? 0 : 1;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
