package org.millrace.testkit.demo;

/** One way to run the demo. */
interface Demo {
  /**
   * Runs to the end and returns the exit code. Ends what it started also when it fails or its
   * thread is interrupted.
   */
  int run() throws Exception;

  /**
   * What to feed.
   *
   * @param seconds how long
   * @param linesPerSecond through the socket
   */
  record Feed(DemoText text, int seconds, int linesPerSecond) {}
}
